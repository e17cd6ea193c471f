"""The tagger as it is trained: a bidirectional GRU over the language model's states."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True, slots=True)
class Sizes:
    """Widths of the parts; ``states`` is layers * width of the language model."""

    states: int
    figures: int = 6
    projected: int = 128
    hidden: int = 128
    tasks: int = 5


class Network(nn.Module):
    """Projects states and figures, reads both ways, and gives each task's log-odds a token.

    The rating of a stretch of text is the mean of a figure that each token gets.
    """

    def __init__(self, sizes: Sizes, dropout: float = 0.2) -> None:
        super().__init__()
        self.project = nn.Linear(sizes.states, sizes.projected)
        self.figure = nn.Linear(sizes.figures, 32)
        inner = sizes.projected + 32
        self.gru = nn.GRU(inner, sizes.hidden, batch_first=True, bidirectional=True)
        self.mix = nn.Linear(2 * sizes.hidden + inner, sizes.hidden)
        self.tasks = nn.Linear(sizes.hidden, sizes.tasks)
        self.score = nn.Linear(sizes.hidden, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, states: torch.Tensor, figures: torch.Tensor, lengths: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return log-odds [texts, tokens, tasks] and scores [texts]."""
        x = torch.cat(
            [torch.relu(self.project(self.dropout(states))), torch.relu(self.figure(figures))], -1
        )
        x = self.dropout(x)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
        read, _ = nn.utils.rnn.pad_packed_sequence(self.gru(packed)[0], batch_first=True)
        mixed = torch.relu(self.mix(self.dropout(torch.cat([read, x], -1))))
        mask = (torch.arange(mixed.shape[1])[None] < lengths[:, None]).unsqueeze(-1)
        ratings = (self.score(mixed) * mask).sum(1).squeeze(-1) / lengths
        return self.tasks(self.dropout(mixed)), ratings
