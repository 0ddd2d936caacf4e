"""The only package that touches the disk. Writing is atomic: a file or a tree is as before or as wanted."""

from diglot.files.disk import (
    PAGE_SUFFIXES,
    digest,
    digest_tree,
    documents,
    load_state,
    pages,
    read,
    read_text,
    write,
)
from diglot.files.generated import MANIFEST, Standing, differences, standing, standing_texts, write_tree
from diglot.files.placing import inside, write_all

__all__ = [
    "MANIFEST",
    "PAGE_SUFFIXES",
    "Standing",
    "differences",
    "digest",
    "digest_tree",
    "documents",
    "inside",
    "load_state",
    "pages",
    "read",
    "read_text",
    "standing",
    "standing_texts",
    "write",
    "write_all",
    "write_tree",
]
