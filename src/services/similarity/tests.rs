//! Following, searching and recognising over plain rows and an exact index.
