"""What the default models make of real pictures: whose face, how sturdy, and why a picture is refused."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from linli.vision.looks import Hit, decide

ONE_MAN = ("obama.jpg", "obama2.jpg", "obama3.jpg")
OTHERS = ("biden.jpg", "astronaut.png")
GROUPS = tuple(f"sample{number}.jpg" for number in range(1, 7))


def image(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def jpeg(picture: Image.Image, quality: int = 95) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def vector(faces, content: bytes):
    seen = faces.look(content, use="search")
    return np.frombuffer(seen.vector, np.float32)


def test_one_man_is_nearer_to_himself_than_anybody_else_is(faces, pictures):
    his = [vector(faces, pictures[name]) for name in ONE_MAN]
    genuine = [float(his[a] @ his[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert min(genuine) >= faces.thresholds.accept + 0.2
    strangers = [vector(faces, pictures[name]) for name in OTHERS]
    strangers += [
        faces.embedder.embed(picture.image, shape.points)
        for name in GROUPS
        for picture in [_decoded(pictures[name])]
        for _, shape in faces.faces(picture)
    ]
    assert len(strangers) >= 22
    impostors = [float(one @ other) for one in his for other in strangers]
    assert max(impostors) < faces.thresholds.unsure
    print(f"genuine {np.round(genuine, 2)}, greatest of {len(impostors)} impostors {max(impostors):.2f}")
    # …and the decision over a library of all of them
    library = [("him", his[1])] + [(f"stranger-{n}", one) for n, one in enumerate(strangers)]
    hits = sorted((Hit(who, float(his[0] @ kept)) for who, kept in library), key=lambda hit: -hit.score)
    assert decide(hits, faces.thresholds) == "match"
    assert hits[0].id == "him"
    assert decide(hits[1:], faces.thresholds) == "stranger"


def _decoded(content: bytes):
    from linli.vision import pictures as decoding

    return decoding.decode(content)


def _smaller(side: float, faces, picture: Image.Image) -> Image.Image:
    factor = side / faces.look(jpeg(picture)).face.height
    return picture.resize(
        (round(picture.width * factor), round(picture.height * factor)), Image.Resampling.BOX
    )


WORSE: dict[str, tuple[Callable[[Image.Image], Image.Image], float]] = {
    "JPEG of quality 20": (lambda picture: image(jpeg(picture, 20)), 0.95),
    "an eighth of the light": (lambda picture: ImageEnhance.Brightness(picture).enhance(0.15), 0.80),
    "twice the light": (lambda picture: ImageEnhance.Brightness(picture).enhance(2.0), 0.80),
    "blur of sigma 4": (lambda picture: picture.filter(ImageFilter.GaussianBlur(4)), 0.92),
    "turned by 20 degrees": (lambda picture: picture.rotate(20, Image.Resampling.BILINEAR), 0.98),
}


@pytest.mark.parametrize("name", [*ONE_MAN, "biden.jpg"])
def test_a_worse_picture_is_still_the_same_face(faces, pictures, name):
    good = image(pictures[name])
    kept = vector(faces, jpeg(good))
    table = {what: float(kept @ vector(faces, jpeg(spoil(good)))) for what, (spoil, _) in WORSE.items()}
    table |= {
        f"face of {side} px": float(kept @ vector(faces, jpeg(_smaller(side, faces, good))))
        for side in (60, 40)
    }
    print(name, {what: round(score, 2) for what, score in table.items()})
    for what, (_, least) in WORSE.items():
        assert table[what] >= least, what
    assert table["face of 60 px"] >= 0.95
    assert table["face of 40 px"] >= 0.90


class TestVerdicts:
    """Every reason on a picture that has that fault."""

    def reasons(self, faces, picture: Image.Image | bytes, use="enrol") -> list[str]:
        content = picture if isinstance(picture, bytes) else jpeg(picture)
        return faces.look(content, use=use).reasons

    @pytest.mark.parametrize("name", [*ONE_MAN, "biden.jpg", "astronaut.png"])
    def test_good(self, faces, pictures, name):
        assert self.reasons(faces, pictures[name]) == []

    @pytest.mark.parametrize("name", ["chelsea.png", "coffee.png"])
    def test_no_face(self, faces, pictures, name):
        """A cat and a cup: the detector takes both for faces, the landmarks do not."""
        assert self.reasons(faces, pictures[name]) == ["count"]
        assert self.reasons(faces, pictures[name], "search") == ["count"]

    def test_two_faces(self, faces, pictures):
        left, right = image(pictures["obama.jpg"]), image(pictures["biden.jpg"])
        both = Image.new("RGB", (left.width + right.width, max(left.height, right.height)))
        both.paste(left, (0, 0))
        both.paste(right, (left.width, 0))
        assert self.reasons(faces, both) == ["count"]
        assert self.reasons(faces, both, "search") == []  # at a door somebody may stand behind

    @pytest.mark.parametrize("name", GROUPS)
    def test_a_group(self, faces, pictures, name):
        assert "count" in self.reasons(faces, pictures[name])

    def test_too_small(self, faces, pictures):
        good = image(pictures["obama.jpg"])
        assert self.reasons(faces, _smaller(80, faces, good)) == ["size"]
        assert self.reasons(faces, _smaller(80, faces, good), "search") == []
        assert "size" in self.reasons(faces, _smaller(50, faces, good), "search")

    @pytest.mark.parametrize("name", ["obama_partial_face.jpg", "obama_partial_face2.jpg"])
    def test_cut_off(self, faces, pictures, name):
        assert self.reasons(faces, pictures[name]) == ["size"]

    def test_turned(self, faces, pictures):
        man = image(pictures["camera.png"])
        assert "pose" in self.reasons(faces, man.resize((1024, 1024), Image.Resampling.BICUBIC))
        assert "pose" in self.reasons(faces, image(pictures["obama.jpg"]).rotate(45))

    def test_blurred(self, faces, pictures):
        for name in ("obama.jpg", "biden.jpg"):
            blurred = image(pictures[name]).filter(ImageFilter.GaussianBlur(6))
            assert self.reasons(faces, blurred) == ["blur"]

    def test_dark_and_bright(self, faces, pictures):
        good = image(pictures["obama.jpg"])
        assert self.reasons(faces, ImageEnhance.Brightness(good).enhance(0.15)) == ["light"]
        assert self.reasons(faces, ImageEnhance.Brightness(good).enhance(2.5)) == ["light"]


def test_mirrored_pictures_turn_the_other_way(faces, pictures):
    for name in (*ONE_MAN, *OTHERS):
        picture = image(pictures[name])
        there = faces.look(jpeg(picture)).face
        back = faces.look(jpeg(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT))).face
        assert there.yaw == pytest.approx(-back.yaw, abs=8)
        assert there.roll == pytest.approx(-back.roll, abs=5)
        assert there.pitch == pytest.approx(back.pitch, abs=8)


def test_the_ultra_light_family_finds_the_same_faces(pictures, tmp_path):
    from linli.vision import fetch, pipeline
    from linli.vision.catalogue import BY_NAME

    try:
        fetch.fetch([BY_NAME[name] for name in ("fr_detect", "facemesh", "fr_feature")], tmp_path / "m")
    except fetch.FetchError as error:
        pytest.skip(str(error))
    other = pipeline.load(tmp_path / "m")
    his = [vector(other, pictures[name]) for name in ONE_MAN]
    assert other.dimensions == 512
    assert (
        min(float(his[0] @ his[1]), float(his[0] @ his[2]), float(his[1] @ his[2])) > other.thresholds.accept
    )
    assert len(other.look(pictures["sample5.jpg"]).faces) == 5


def test_a_glance_is_the_look_at_the_nearest_face(faces, pictures):
    for name, content in pictures.items():
        looked, glanced = faces.look(content, use="search").vector, faces.glance(content)
        assert bool(looked) == bool(glanced), name
        if looked:
            assert float(np.dot(np.frombuffer(looked, "f4"), np.frombuffer(glanced, "f4"))) > 0.98, name
