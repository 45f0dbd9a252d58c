"""The same case as a PyMC model, and the gate that sampled draws have to pass: the one place that imports PyMC."""
