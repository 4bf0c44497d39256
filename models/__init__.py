"""The learned model: how texts are put to it, how it is run, and (in `learning`) how it is trained."""
