"""The pages of stages, deal types and reasons of loss, one file a noun; drafts keep a type while it is edited."""

from core.stages.pages import library, reasons, reference, types

__all__ = ["library", "reasons", "reference", "types"]
