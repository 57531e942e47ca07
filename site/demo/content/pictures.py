"""Flat little scenes, drawn here so that no photo needs a licence."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1600, 900
FINER = 2  # drawn larger, then shrunk: smooth edges

SKY, CREAM, SAND, PAPER = "#dcebea", "#f6efe2", "#e6d3b3", "#fffdf8"
TEAL, DEEP, SAGE, LEAF = "#1f5c57", "#173f3c", "#8fb8a4", "#5f9277"
OCHRE, BRICK, ROSE, SLATE, DARK = "#e0a23b", "#b9553c", "#dd9b86", "#66788a", "#2b3640"

Point = tuple[float, float]


class Scene:
    """Shapes in units of the finished picture."""

    def __init__(self, background: str) -> None:
        self.image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), background)
        self.draw = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, width: float, height: float, fill: str, radius: float = 0):
        corners = [(x * FINER, y * FINER), ((x + width) * FINER, (y + height) * FINER)]
        self.draw.rounded_rectangle(corners, radius * FINER, fill)

    def disc(self, x: float, y: float, radius: float, fill: str, flat: float = 1):
        corners = [
            ((x - radius) * FINER, (y - radius * flat) * FINER),
            ((x + radius) * FINER, (y + radius * flat) * FINER),
        ]
        self.draw.ellipse(corners, fill)

    def shape(self, *points: Point, fill: str):
        self.draw.polygon([(x * FINER, y * FINER) for x, y in points], fill)

    def line(self, *points: Point, fill: str, width: float = 8):
        scaled = [(x * FINER, y * FINER) for x, y in points]
        self.draw.line(scaled, fill, int(width * FINER), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, fill)

    def house(self, x: float, width: float, height: float, wall: str, roof: str, ground=760):
        top = ground - height
        self.shape(
            (x - 14, top), (x + width / 2, top - width * 0.45), (x + width + 14, top), fill=roof
        )
        self.box(x, top, width, height, wall)
        window = width * 0.22
        for row in range(int(height // 150)):
            for column in (0.16, 0.62):
                self.box(x + width * column, top + 36 + row * 130, window, window * 1.3, PAPER, 6)
        self.box(x + width * 0.4, ground - 108, width * 0.2, 108, DEEP, 8)

    def tree(self, x: float, ground: float, size: float, fill: str = LEAF):
        self.box(x - size * 0.06, ground - size, size * 0.12, size, BRICK)
        for shift, up in ((-0.22, 1.0), (0.24, 1.05), (0, 1.35)):
            self.disc(x + shift * size, ground - up * size, size * 0.36, fill)

    def cup(self, x: float, y: float, size: float, fill: str):
        self.line(
            (x + size, y + size * 0.25), (x + size * 1.35, y + size * 0.5), fill=fill, width=16
        )
        self.line(
            (x + size * 1.35, y + size * 0.5), (x + size, y + size * 0.8), fill=fill, width=16
        )
        self.box(x, y, size, size, fill, size * 0.2)
        self.disc(x + size / 2, y + 8, size * 0.46, DARK, flat=0.22)
        for shift in (0.3, 0.62):
            left = x + size * shift
            self.line((left, y - 40), (left + 14, y - 75), (left - 6, y - 110), fill=SLATE, width=6)

    def person(self, x: float, y: float, fill: str, skin: str = SAND):
        self.disc(x, y, 34, skin)
        self.box(x - 52, y + 40, 104, 130, fill, 46)

    def png(self) -> bytes:
        stream = BytesIO()
        self.image.reduce(FINER).save(stream, "PNG")
        return stream.getvalue()


def houses() -> Scene:
    scene = Scene(SKY)
    scene.disc(1310, 190, 90, OCHRE)
    scene.disc(250, 900, 560, SAGE, flat=0.42)
    scene.disc(1250, 930, 700, SAGE, flat=0.42)
    scene.box(0, 760, WIDTH, 140, SAND)
    rows = [
        (90, 220, 300, CREAM, BRICK),
        (310, 200, 400, ROSE, TEAL),
        (510, 230, 320, PAPER, SLATE),
        (740, 200, 430, OCHRE, DEEP),
        (940, 220, 340, CREAM, TEAL),
        (1160, 210, 390, ROSE, BRICK),
    ]
    for x, width, height, wall, roof in rows:
        scene.house(x, width, height, wall, roof)
    scene.tree(1470, 790, 170)
    scene.tree(50, 800, 130, TEAL)
    return scene


def river() -> Scene:
    scene = Scene(CREAM)
    scene.disc(800, 260, 110, OCHRE)
    for x, height, wall, roof in ((40, 260, ROSE, BRICK), (230, 340, PAPER, TEAL)):
        scene.house(x, 180, height, wall, roof, ground=600)
    for x, height, wall, roof in ((1180, 330, SAGE, DEEP), (1375, 250, PAPER, SLATE)):
        scene.house(x, 180, height, wall, roof, ground=600)
    scene.box(0, 600, WIDTH, 300, "#9cc4cf")
    scene.shape((0, 600), (430, 600), (330, 900), (0, 900), fill=LEAF)
    scene.shape((1160, 600), (WIDTH, 600), (WIDTH, 900), (1270, 900), fill=LEAF)
    scene.box(360, 560, 880, 46, SLATE, 8)
    for x in (520, 800, 1080):
        scene.box(x - 22, 600, 44, 150, SLATE)
    for x in range(390, 1240, 60):
        scene.box(x, 510, 10, 60, DARK)
    scene.box(370, 502, 860, 12, DARK, 6)
    for x, y in ((480, 720), (700, 800), (930, 690), (860, 850)):
        scene.box(x, y, 130, 8, PAPER, 4)
    return scene


def keys() -> Scene:
    scene = Scene(TEAL)
    scene.box(880, 60, 520, 840, CREAM, 14)
    scene.box(920, 100, 440, 800, BRICK, 10)
    for x in (970, 1160):
        scene.box(x, 160, 150, 220, ROSE, 8)
        scene.box(x, 440, 150, 340, ROSE, 8)
    scene.disc(960, 500, 24, OCHRE)
    scene.disc(430, 300, 130, SAND)
    scene.disc(430, 300, 92, TEAL)
    for tilt, fill in ((-90, OCHRE), (70, PAPER)):
        scene.line((430, 420), (430 + tilt, 720), fill=fill, width=36)
        for part in (0.72, 0.9):
            across, down = 430 + tilt * part, 420 + 300 * part
            scene.line((across, down), (across + 70, down + 12), fill=fill, width=28)
        scene.disc(430 + tilt * 0.05, 425, 54, fill)
    return scene


def window() -> Scene:
    scene = Scene(CREAM)
    scene.box(0, 780, WIDTH, 120, SAND)
    scene.box(480, 90, 640, 430, PAPER, 10)
    scene.box(505, 115, 590, 380, SKY)
    scene.disc(960, 220, 58, OCHRE)
    scene.box(505, 440, 590, 55, SAGE)
    scene.shape((505, 115), (700, 150), (700, 530), (505, 495), fill=PAPER)
    scene.shape((525, 142), (680, 170), (680, 502), (525, 474), fill="#c7dfe4")
    scene.box(450, 510, 700, 26, SLATE, 6)
    for x in range(520, 1080, 62):
        scene.box(x, 590, 44, 190, PAPER, 18)
    scene.box(505, 620, 590, 16, SLATE)
    scene.box(505, 735, 590, 16, SLATE)
    scene.disc(1130, 640, 26, BRICK)
    scene.box(1240, 500, 150, 280, ROSE, 20)
    scene.tree(1315, 520, 170, TEAL)
    scene.shape((380, 60), (500, 60), (440, 600), (340, 620), fill=OCHRE)
    return scene


def table() -> Scene:
    scene = Scene(SAGE)
    scene.disc(800, 900, 900, "#a9cbb9", flat=0.4)
    colours = (BRICK, OCHRE, DEEP, ROSE, SLATE, TEAL)
    for number, fill in enumerate(colours):
        scene.person(300 + number * 200, 250 - (number % 2) * 24, fill)
    scene.disc(800, 560, 640, "#c89e6a", flat=0.3)
    scene.disc(800, 540, 640, SAND, flat=0.3)
    for x, y in ((420, 500), (700, 460), (980, 470), (1200, 530), (560, 610), (900, 620)):
        scene.shape((x, y), (x + 110, y - 12), (x + 130, y + 44), (x + 16, y + 58), fill=PAPER)
    for number, fill in enumerate(colours[::-1]):
        x = 330 + number * 190
        scene.box(x - 58, 720, 116, 150, fill, 26)
        scene.box(x - 46, 850, 14, 50, DARK)
        scene.box(x + 32, 850, 14, 50, DARK)
    return scene


def scaffold() -> Scene:
    scene = Scene(SKY)
    scene.box(0, 800, WIDTH, 100, SAND)
    scene.box(330, 130, 940, 670, CREAM)
    scene.box(330, 130, 470, 670, ROSE)
    scene.shape((290, 130), (800, 10), (1310, 130), fill=BRICK)
    for row in range(3):
        for column in range(5):
            scene.box(400 + column * 175, 190 + row * 200, 95, 125, "#bcd8dd", 6)
    for x in range(300, 1320, 200):
        scene.box(x, 90, 12, 710, SLATE)
    for y in (340, 540, 740):
        scene.box(280, y, 1050, 18, OCHRE, 4)
        scene.box(280, y - 70, 1050, 8, SLATE, 4)
    for x in (300, 700, 1100):
        scene.line((x, 740), (x + 200, 540), fill=SLATE, width=7)
    for x, y, fill in ((560, 430, TEAL), (930, 230, DEEP), (1180, 630, TEAL)):
        scene.person(x, y - 100, fill)
        scene.disc(x, y - 118, 36, OCHRE, flat=0.6)
    return scene


def garden() -> Scene:
    scene = Scene(SKY)
    scene.disc(300, 170, 80, OCHRE)
    for x, width, height, wall, roof in (
        (40, 230, 360, PAPER, TEAL),
        (285, 230, 330, ROSE, SLATE),
        (1080, 230, 330, CREAM, BRICK),
        (1325, 230, 360, OCHRE, DEEP),
    ):
        scene.house(x, width, height, wall, roof, ground=650)
    scene.box(0, 650, WIDTH, 250, LEAF)
    scene.disc(800, 900, 430, SAND, flat=0.36)
    scene.tree(800, 740, 320, TEAL)
    for x, fill in ((540, BRICK), (620, OCHRE), (1010, DEEP)):
        scene.person(x, 620, fill)
    for x in range(120, 460, 60):
        scene.disc(x, 790, 22, SAGE)
        scene.disc(x + 20, 830, 14, ROSE)
    scene.box(1080, 760, 240, 22, BRICK, 6)
    scene.box(1100, 780, 18, 60, BRICK)
    scene.box(1285, 780, 18, 60, BRICK)
    return scene


def stage() -> Scene:
    scene = Scene(DEEP)
    scene.box(380, 90, 840, 340, SKY, 10)
    for x, height in ((470, 90), (590, 150), (710, 120), (830, 210), (950, 250), (1070, 190)):
        scene.box(x, 400 - height, 70, height, OCHRE if height > 200 else TEAL, 6)
    scene.box(250, 470, 1100, 60, SAND, 8)
    scene.person(420, 310, BRICK)
    scene.box(370, 390, 100, 90, SLATE, 8)
    for row in range(3):
        for number in range(7 + row):
            middle = 800 + (number - (6 + row) / 2) * 190
            top = 640 + row * 120
            fill = (TEAL, BRICK, SLATE, ROSE, OCHRE)[(number + row * 2) % 5]
            scene.box(middle - 60, top - 30, 120, 130, fill, 24)
            if (number + row) % 3:
                scene.disc(middle, top - 58, 38, SAND)
    return scene


def papers() -> Scene:
    scene = Scene(SAND)
    scene.shape((420, 110), (980, 60), (1060, 800), (500, 860), fill="#cdb68c")
    scene.shape((400, 90), (960, 40), (1040, 780), (480, 840), fill=PAPER)
    scene.line((480, 190), (800, 160), fill=TEAL, width=22)
    for number in range(8):
        y = 270 + number * 56
        scene.line((490 + number * 5, y), (930 + number * 6, y - 40), fill="#c9cfcd", width=10)
    scene.line((560, 330), (760, 312), fill=OCHRE, width=18)
    scene.line((640, 740), (700, 690), (740, 745), (800, 680), fill=DEEP, width=8)
    scene.line((1130, 760), (1330, 330), fill=BRICK, width=34)
    scene.line((1105, 815), (1130, 760), fill=DARK, width=16)
    for x in (150, 310):
        scene.disc(x, 560, 82, DARK)
        scene.disc(x, 560, 66, SKY)
    scene.line((215, 545), (245, 545), fill=DARK, width=14)
    scene.line((380, 530), (440, 470), fill=DARK, width=12)
    return scene


def doors() -> Scene:
    scene = Scene("#39505a")
    scene.shape((0, 900), (520, 620), (1080, 620), (WIDTH, 900), fill="#2a3b43")
    scene.shape((0, 0), (520, 150), (1080, 150), (WIDTH, 0), fill="#45606b")
    scene.box(520, 150, 560, 470, "#4d6a75")
    scene.box(690, 240, 220, 380, DEEP)
    scene.shape((690, 240), (760, 262), (760, 640), (690, 620), fill=BRICK)
    scene.shape((760, 250), (910, 240), (910, 620), (760, 620), fill="#f7d98d")
    scene.shape((760, 620), (910, 620), (1150, 900), (820, 900), fill="#d9b765")
    scene.disc(748, 450, 9, OCHRE)
    for points in (
        ((150, 200), (320, 235), (320, 730), (150, 820)),
        ((1450, 200), (1280, 235), (1280, 730), (1450, 820)),
    ):
        scene.shape(*points, fill=SLATE)
    scene.disc(300, 520, 12, OCHRE)
    scene.disc(1300, 520, 12, OCHRE)
    return scene


def screen() -> Scene:
    scene = Scene(ROSE)
    scene.box(0, 720, WIDTH, 180, "#b27a5d")
    scene.box(360, 110, 800, 520, DARK, 24)
    scene.box(390, 140, 740, 460, PAPER, 8)
    scene.box(430, 180, 260, 30, TEAL, 8)
    for number in range(5):
        y = 250 + number * 62
        scene.box(430, y, 380, 18, "#c9cfcd", 8)
        scene.box(960, y, 120, 18, OCHRE if number == 3 else "#c9cfcd", 8)
    scene.box(830, 170, 12, 60, OCHRE)
    scene.shape((860, 160), (820, 215), (850, 215), (835, 255), (885, 195), (853, 195), fill=OCHRE)
    scene.box(690, 630, 140, 70, SLATE)
    scene.box(590, 695, 340, 28, SLATE, 12)
    scene.cup(1260, 560, 150, CREAM)
    return scene


def coffee() -> Scene:
    scene = Scene(CREAM)
    scene.box(0, 430, WIDTH, 470, PAPER)
    for row in range(5):
        for column in range(16):
            if (row + column) % 2:
                scene.box(column * 100, 430 + row * 100, 100, 100, "#ecc9bd")
    for x, y, fill in ((260, 400, TEAL), (680, 470, BRICK), (1090, 390, OCHRE)):
        scene.disc(x + 110, y + 225, 190, SAND, flat=0.28)
        scene.cup(x, y, 220, fill)
    return scene


#: By the name that pages use; the title is what editors see.
PICTURES: dict[str, tuple[str, Callable[[], Scene]]] = {
    "houses": ("Maisons mitoyennes", houses),
    "river": ("Deux rives et un pont", river),
    "keys": ("Clés et porte", keys),
    "window": ("Fenêtre et radiateur", window),
    "table": ("Grande table", table),
    "scaffold": ("Échafaudage", scaffold),
    "garden": ("Jardin partagé", garden),
    "stage": ("Estrade", stage),
    "papers": ("Bail et lunettes", papers),
    "doors": ("Porte entrouverte", doors),
    "screen": ("Facture à l’écran", screen),
    "coffee": ("Trois tasses", coffee),
}
