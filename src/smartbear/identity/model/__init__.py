"""Values and rules of signing in, without a machine around them."""
