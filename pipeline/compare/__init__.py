"""What is otherwise than in an earlier edition: facts, findings, documents, and why. Pure."""
