"""What no schema can say: whether the parts of the input agree with each other."""
