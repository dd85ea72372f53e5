"""NumPy's discrete Fourier transforms under precise types. The order is that of NumPy's documentation.

>>> import numpy as np
>>> import tapegrad.numpy as tnp
>>> from tapegrad import grad
>>> grad(lambda x: tnp.sum(tnp.abs(tnp.fft.fft(x)) ** 2))(np.array([1.0, 2.0]))
array([4., 8.])
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tapegrad._rules.fronts import straight
from tapegrad.numpy.kinds.fourier import (
    Fourier,
    FourierSeveral,
    HalfFourier,
    HalfFourierSeveral,
    Real,
    RealSeveral,
    Shift,
)

# Complex numbers
fft: Final[Fourier] = straight(np.fft.fft)
ifft: Final[Fourier] = straight(np.fft.ifft)
fft2: Final[FourierSeveral] = straight(np.fft.fft2)
ifft2: Final[FourierSeveral] = straight(np.fft.ifft2)
fftn: Final[FourierSeveral] = straight(np.fft.fftn)
ifftn: Final[FourierSeveral] = straight(np.fft.ifftn)

# Real numbers
rfft: Final[HalfFourier] = straight(np.fft.rfft)
irfft: Final[Real] = straight(np.fft.irfft)
rfft2: Final[HalfFourierSeveral] = straight(np.fft.rfft2)
irfft2: Final[RealSeveral] = straight(np.fft.irfft2)
rfftn: Final[HalfFourierSeveral] = straight(np.fft.rfftn)
irfftn: Final[RealSeveral] = straight(np.fft.irfftn)

# Hermitian symmetry
hfft: Final[Real] = straight(np.fft.hfft)
ihfft: Final[HalfFourier] = straight(np.fft.ihfft)

# Frequencies
fftfreq: Final = np.fft.fftfreq
rfftfreq: Final = np.fft.rfftfreq
fftshift: Final[Shift] = straight(np.fft.fftshift)
ifftshift: Final[Shift] = straight(np.fft.ifftshift)

__all__ = [
    "fft",
    "ifft",
    "fft2",
    "ifft2",
    "fftn",
    "ifftn",
    "rfft",
    "irfft",
    "rfft2",
    "irfft2",
    "rfftn",
    "irfftn",
    "hfft",
    "ihfft",
    "fftfreq",
    "rfftfreq",
    "fftshift",
    "ifftshift",
]
