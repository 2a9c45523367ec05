"""The core of Hinka: clients, deals, stages and the hooks by which plugins join in."""

VERSION = "0.1.0"
