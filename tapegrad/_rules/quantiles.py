"""Order statistics: median, percentile, quantile."""
