"""Faces in volumes of the head: by the header whether one may be there, by the pixels whether one stands out."""

from vesalius.deid.faces.header import may_show_face
from vesalius.deid.faces.surface import face_stands_out
from vesalius.deid.faces.volume import Slice, sampled_places, volume_of

__all__ = ["Slice", "face_stands_out", "may_show_face", "sampled_places", "volume_of"]
