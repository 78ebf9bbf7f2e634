"""(template bytes, names) → bytes; nothing here reads the disk, the clock or the environment."""
