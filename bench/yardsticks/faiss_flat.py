"""The yardsticks of `linli bench faces`: faiss's flat index and a plain matrix product, one thread each."""

import faiss
import numpy as np


class Flat:
    """Exact search by inner product, as faiss does it."""

    def __init__(self, vectors: np.ndarray) -> None:
        faiss.omp_set_num_threads(1)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)

    def best(self, asked: np.ndarray, limit: int) -> list[list[tuple[int, float]]]:
        scores, rows = self._index.search(asked, limit)
        return [
            [(int(row), float(score)) for row, score in zip(some, these, strict=True)]
            for some, these in zip(rows, scores, strict=True)
        ]


def product(vectors: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Every score of a batch, not looked through."""
    return asked @ vectors.T
