"""CUDA kernels written without a model: a traced module, put together from verified templates."""
