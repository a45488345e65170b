"""Which noises are heard: features of sound, the forest that tells their kinds, its training, its versions."""
