# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of training: a run that was stopped goes on as if it had not been."""

from pathlib import Path
from typing import Any, Protocol

import torch


class Stateful(Protocol):
    """A network, an optimiser or a schedule."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state_dict: dict[str, Any]) -> object: ...


class Checkpoint:
    """What training goes on from, in one file that is whole or not there."""

    def __init__(self, path: Path, options: list[Any], **parts: Stateful) -> None:
        """`parts` have state_dict(); a checkpoint of other `options` is not gone on with."""
        self.path, self.options, self.parts = path, options, parts

    def load(self) -> dict[str, Any]:
        """Restores the parts; the state that save() was given, or an empty one."""
        if not self.path.exists():
            return {}
        saved = torch.load(self.path)
        if saved.get("options") != self.options:
            return {}
        for name, part in self.parts.items():
            part.load_state_dict(saved[name])
        return saved["state"]

    def save(self, **state: object) -> None:
        """Writes the parts, and `state` for load()."""
        partial = self.path.with_suffix(".part")
        torch.save({"options": self.options, "state": state,
                    **{name: part.state_dict() for name, part in self.parts.items()}}, partial)
        partial.replace(self.path)
