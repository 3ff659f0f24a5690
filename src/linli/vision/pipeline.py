"""From a picture's bytes to a verdict and a vector: decode, detect, landmarks, judge, embed."""

import math
from pathlib import Path
from typing import Final

from linli.vision import manifest as manifests
from linli.vision import pictures, quality
from linli.vision.families.detectors import BlazeFace, DetectedFace, Detector, UltraLight
from linli.vision.families.embedders import ArcFace112, Embedder
from linli.vision.families.landmarks import FaceMesh, Landmarker, Shape
from linli.vision.families.network import Network
from linli.vision.looks import Face, Look, Thresholds, Use
from linli.vision.manifest import Manifest, ManifestError, Model
from linli.vision.pictures import Picture

_FINE_BELOW: Final = 120.0
"""A face of fewer pixels in a picture that was decoded coarsely is looked at in a finer one."""
_RIVAL: Final = 0.5
"""A face whose box has less of the largest box's area is not the largest by its landmarks either."""
_GLANCE_BELOW: Final = 60.0
"""The same where nothing is judged: at 60 pixels the vector is that of the whole picture to a cosine of 0.99."""
_FAR: Final = round(9 * _GLANCE_BELOW)
"""So long is the longer side of a photograph decoded for a glance: faces of a ninth of it need no finer one."""
_CERTAIN: Final = 0.5
"""Below this the landmarks say that the detector was wrong."""


class Pipeline:
    """The models of one manifest. Not for several threads at once."""

    def __init__(
        self,
        detector: Detector,
        landmarks: Landmarker,
        embedder: Embedder,
        *,
        model_id: str,
        thresholds: Thresholds,
        models: list[Model],
    ) -> None:
        self.detector = detector
        self.landmarks = landmarks
        self.embedder = embedder
        self.model_id = model_id
        self.thresholds = thresholds
        self.models = models
        self.dimensions = embedder.dimensions

    def look(self, picture: bytes, *, use: Use = "enrol", embed: bool = True) -> Look:
        """Raises NoPicture."""
        seen = pictures.decode(picture, pictures.COARSE)
        boxes = self.detector.find(seen.image)
        if boxes:
            seen, boxes = _finer(
                picture, seen, boxes, min(box.bottom - box.top for box in boxes), _FINE_BELOW
            )
        return self._judge(seen, boxes, use=use, embed=embed)

    def glance(self, picture: bytes) -> bytes:
        """The vector of the largest face, for doors: nothing is judged, others in the picture are not looked at.

        Empty when there is no face. Raises NoPicture.
        """
        seen = glimpse(picture)
        boxes = self.detector.find(seen.image)
        if not boxes:
            return b""
        seen, boxes = _finer(picture, seen, boxes, max(box.bottom - box.top for box in boxes), _GLANCE_BELOW)
        boxes.sort(key=_area, reverse=True)
        least, nearest = _area(boxes[0]) * _RIVAL, None
        for box in boxes:
            if nearest is not None and _area(box) < least:
                break
            shape = self.landmarks.shape(seen.image, box, smooth=False)
            if shape.certainty >= _CERTAIN and (nearest is None or _extent(shape) > _extent(nearest)):
                nearest = shape
        if nearest is None:
            return b""
        return self.embedder.embed(seen.image, nearest.points).astype("<f4").tobytes()

    def _judge(self, picture: Picture, boxes: list[DetectedFace], *, use: Use, embed: bool) -> Look:
        seen = self._shaped(picture, boxes)
        faces = quality.largest_first([face for face, _ in seen])
        shapes = {id(face): shape for face, shape in seen}
        width, height = round(picture.width * picture.scale), round(picture.height * picture.scale)
        reasons, advice = quality.judge(faces, use, width=width, height=height)
        vector = b""
        if faces and embed:
            points = shapes[id(faces[0])].points
            vector = self.embedder.embed(picture.image, points).astype("<f4").tobytes()
        return Look(width, height, faces, reasons, advice, self.model_id, vector)

    def faces(self, picture: Picture) -> list[tuple[Face, Shape]]:
        """Every face, with its shape in pixels of the decoded picture."""
        return self._shaped(picture, self.detector.find(picture.image))

    def _shaped(self, picture: Picture, boxes: list[DetectedFace]) -> list[tuple[Face, Shape]]:
        seen = []
        for box in boxes:
            shape = self.landmarks.shape(picture.image, box)
            if shape.certainty >= _CERTAIN:
                seen.append((_face(picture, shape, box.score), shape))
        return seen

    def embed_crop(self, picture: bytes) -> Look:
        """Raises NoPicture."""
        decoded = pictures.decode(picture)
        vector = self.embedder.embed_crop(decoded.image).astype("<f4").tobytes()
        width, height = round(decoded.width * decoded.scale), round(decoded.height * decoded.scale)
        return Look(width, height, [], [], [], self.model_id, vector)


def glimpse(content: bytes) -> Picture:
    """A picture as coarsely as a glance at it starts. Raises NoPicture."""
    return pictures.decode(content, pictures.COARSE, longer_side=_FAR)


def _finer(
    content: bytes, coarse: Picture, boxes: list[DetectedFace], height: float, least: float
) -> tuple[Picture, list[DetectedFace]]:
    """A picture, and what was found in it, decoded so finely that a face of `height` has `least` pixels."""
    if coarse.scale <= 1 or height >= least:
        return coarse, boxes
    wanted = math.ceil(min(coarse.width, coarse.height) * least / max(height, 1.0))
    fine = pictures.decode(content, min(wanted, pictures.FINE))
    if fine.width <= coarse.width:
        return coarse, boxes
    return fine, [box.scaled(fine.width / coarse.width) for box in boxes]


def _extent(shape: Shape) -> float:
    left, top, right, bottom = shape.box
    return (right - left) * (bottom - top)


def _area(box: DetectedFace) -> float:
    return (box.right - box.left) * (box.bottom - box.top)


def _face(picture: Picture, shape: Shape, score: float) -> Face:
    measured, (yaw, pitch, roll) = quality.measure(shape), shape.angles
    scale = picture.scale
    left, top, right, bottom = (side * scale for side in shape.box)
    points = [(float(x) * scale, float(y) * scale) for x, y in shape.points]
    return Face(
        left=left,
        top=top,
        width=right - left,
        height=bottom - top,
        score=score,
        points=points,
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        sharpness=measured.sharpness,
        brightness=measured.brightness,
        contrast=measured.contrast,
        certainty=shape.certainty,
    )


def load(folder: Path, manifest: Manifest | None = None) -> Pipeline:
    """The models of a folder, each checked against its SHA-256. Raises ManifestError, FileNotFoundError."""
    manifest = manifest or manifests.read(folder)
    if faults := manifests.verify(folder, manifest):
        raise ManifestError("; ".join(faults))
    embedder = manifest.of("embedder")
    assert embedder.thresholds is not None  # read() checks it
    try:
        return Pipeline(
            _detector(folder, manifest),
            _landmarks(folder, manifest.of("landmarks")),
            ArcFace112(
                Network(folder / embedder.path), mean=embedder.mean, std=embedder.std, rgb=embedder.rgb
            ),
            model_id=manifests.model_id(embedder),
            thresholds=embedder.thresholds,
            models=manifest.models,
        )
    except Exception as error:  # any exception of the runtime for a file that is no such model
        raise ManifestError(f"a model cannot be loaded: {error}") from error


def _detector(folder: Path, manifest: Manifest) -> Detector:
    model = manifest.of("detector")
    network = Network(folder / model.path)
    if model.family == "ultralight":
        return UltraLight(network, threshold=model.threshold, mean=model.mean, std=model.std, rgb=model.rgb)
    return BlazeFace(network, threshold=model.threshold, mean=model.mean, std=model.std, rgb=model.rgb)


def _landmarks(folder: Path, model: Model) -> Landmarker:
    return FaceMesh(Network(folder / model.path), mean=model.mean, std=model.std, rgb=model.rgb)
