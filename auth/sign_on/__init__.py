"""Sign on with an account of another house: OpenID Connect."""
