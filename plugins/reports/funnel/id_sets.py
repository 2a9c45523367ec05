"""Sets of many ids, such as those of the clients of a month's deals: a bit for each id, in blocks, kept as text.

Pure. Counting how many clients several spans of time have together is then a matter of a few operations a block.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

BLOCK_BITS = 15
_BLOCK = 1 << BLOCK_BITS


class IdSet:
    """A set of ids that grows."""

    def __init__(self, ids: Iterable[int] = ()) -> None:
        self._blocks: dict[int, int] = defaultdict(int)
        self.add(ids)

    def add(self, ids: Iterable[int]) -> None:
        """Adds ids."""
        blocks: dict[int, bytearray] = {}
        for one in ids:
            block = blocks.get(one >> BLOCK_BITS)
            if block is None:
                block = blocks[one >> BLOCK_BITS] = bytearray(_BLOCK // 8)
            place = one & _BLOCK - 1
            block[place >> 3] |= 1 << (place & 7)
        for number, block in blocks.items():
            self._blocks[number] |= int.from_bytes(block, "little")

    def add_block(self, number: int, text: str) -> None:
        """Adds a block as `blocks` wrote it."""
        self._blocks[number] |= int(text, 16)

    def blocks(self) -> Iterator[tuple[int, str]]:
        """Yields the number of each block and its ids as text."""
        for number, block in sorted(self._blocks.items()):
            yield number, f"{block:x}"

    def __len__(self) -> int:
        return sum(block.bit_count() for block in self._blocks.values())
