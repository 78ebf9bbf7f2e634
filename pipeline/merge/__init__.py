"""What somebody made of a generated file, carried over into the file as it is generated now. Pure."""
