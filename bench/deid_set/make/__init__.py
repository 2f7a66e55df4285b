"""Makes the set from a seed: people, texts about them, images, and objects that refer to the images."""
