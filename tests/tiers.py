"""The functions of NumPy and SciPy that plain code leans on: each has a rule, or is a constant by its nature.

Their names stand in a row, with blanks between them.
"""

from __future__ import annotations

NUMPY = """
real imag angle conj conjugate sinc clip nan_to_num round around real_if_close
sum prod mean var std max min ptp average median cumsum cumprod
nansum nanprod nanmean nanvar nanstd nanmax nanmin nancumsum nancumprod nanmedian nanpercentile nanquantile
diff ediff1d gradient
reshape ravel transpose swapaxes moveaxis rollaxis expand_dims squeeze broadcast_to broadcast_arrays
atleast_1d atleast_2d atleast_3d flip fliplr flipud rot90 roll tile repeat concatenate stack hstack vstack dstack
column_stack block append split array_split hsplit vsplit dsplit insert delete resize pad copy
full full_like linspace logspace geomspace meshgrid asarray array
take take_along_axis choose select where compress extract diagonal diag diagflat tril triu trace
sort partition argsort argpartition argmax argmin searchsorted
dot vdot inner outer tensordot einsum kron cross convolve correlate
percentile quantile cov corrcoef interp piecewise unwrap i0 unique bincount histogram apply_along_axis
polyval polyfit polyadd polysub polymul polyder polyint vander roots
add subtract multiply divide power float_power remainder fmod divmod negative positive absolute fabs reciprocal
exp exp2 expm1 log log2 log10 log1p logaddexp logaddexp2 sqrt cbrt square
sin cos tan arcsin arccos arctan arctan2 hypot sinh cosh tanh arcsinh arccosh arctanh degrees radians deg2rad rad2deg
maximum minimum fmax fmin copysign heaviside sign floor ceil trunc rint ldexp modf frexp matmul
linalg.norm linalg.inv linalg.solve linalg.det linalg.slogdet linalg.cholesky linalg.qr linalg.svd linalg.eig
linalg.eigh linalg.eigvals linalg.eigvalsh linalg.pinv linalg.lstsq linalg.matrix_power linalg.multi_dot linalg.cond
linalg.tensorsolve linalg.tensorinv linalg.outer linalg.cross linalg.trace linalg.diagonal linalg.svdvals
linalg.vector_norm linalg.matrix_norm
fft.fft fft.ifft fft.rfft fft.irfft fft.hfft fft.ihfft fft.fft2 fft.ifft2 fft.fftn fft.ifftn fft.rfft2 fft.irfft2
fft.rfftn fft.irfftn fft.fftshift fft.ifftshift
emath.sqrt emath.log emath.log2 emath.log10 emath.logn emath.power emath.arccos emath.arcsin emath.arctanh
lib.stride_tricks.sliding_window_view
"""
"""In every supported version of NumPy."""

NEWER_NUMPY = """
trapezoid cumulative_sum cumulative_prod unstack matvec vecmat vecdot permute_dims matrix_transpose astype
unique_values unique_counts unique_inverse unique_all
"""
"""In some."""

SCIPY = {
    "special": """
erf erfc erfcx erfinv erfcinv dawsn expit logit log_expit gamma gammaln loggamma digamma polygamma rgamma multigammaln
beta betaln comb binom poch factorial logsumexp softmax log_softmax ndtr log_ndtr ndtri xlogy xlog1py entr rel_entr
kl_div huber pseudo_huber boxcox inv_boxcox exprel cosm1 j0 j1 jv y0 y1 yn yv i0 i0e i1 i1e iv ive k0 k1 kv kve gammainc
gammaincc betainc exp1 expi expn sici spence zeta hyp1f1 hyp2f1 fresnel owens_t lambertw ellipk ellipe ellipkinc
ellipeinc sph_harm_y
""",
    "linalg": """
solve solve_triangular cho_factor cho_solve lu lu_factor lu_solve qr svd eigh det inv pinv expm sqrtm logm polar schur
block_diag toeplitz circulant solve_banded cholesky_banded solve_sylvester solve_continuous_lyapunov
solve_discrete_lyapunov
""",
    "stats": """
norm t gamma beta chi2 expon laplace logistic lognorm cauchy uniform pareto weibull_min gumbel_r gennorm truncnorm
vonmises skewnorm f invgamma halfnorm rayleigh poisson binom bernoulli nbinom geom betabinom multinomial dirichlet
multivariate_normal
""",
    "signal": "convolve fftconvolve correlate convolve2d lfilter hilbert",
    "integrate": "trapezoid simpson cumulative_trapezoid",
    "fft": "dct idct dst",
    "ndimage": "map_coordinates gaussian_filter",
    "interpolate": "RegularGridInterpolator",
}
"""Offered by `tapegrad.scipy` under the same names."""
