"""NumPy's discrete Fourier transforms under precise types. The order is that of NumPy's documentation.

>>> import numpy as np
>>> import tapegrad.numpy as tnp
>>> from tapegrad import grad
>>> grad(lambda x: tnp.sum(tnp.abs(tnp.fft.fft(x)) ** 2))(np.array([1.0, 2.0]))
array([4., 8.])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tapegrad.numpy._direct import direct

if TYPE_CHECKING:
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
fft: Final[Fourier] = direct(np.fft.fft)
ifft: Final[Fourier] = direct(np.fft.ifft)
fft2: Final[FourierSeveral] = direct(np.fft.fft2)
ifft2: Final[FourierSeveral] = direct(np.fft.ifft2)
fftn: Final[FourierSeveral] = direct(np.fft.fftn)
ifftn: Final[FourierSeveral] = direct(np.fft.ifftn)

# Real numbers
rfft: Final[HalfFourier] = direct(np.fft.rfft)
irfft: Final[Real] = direct(np.fft.irfft)
rfft2: Final[HalfFourierSeveral] = direct(np.fft.rfft2)
irfft2: Final[RealSeveral] = direct(np.fft.irfft2)
rfftn: Final[HalfFourierSeveral] = direct(np.fft.rfftn)
irfftn: Final[RealSeveral] = direct(np.fft.irfftn)

# Hermitian symmetry
hfft: Final[Real] = direct(np.fft.hfft)
ihfft: Final[HalfFourier] = direct(np.fft.ihfft)

# Frequencies
fftfreq: Final = np.fft.fftfreq
rfftfreq: Final = np.fft.rfftfreq
fftshift: Final[Shift] = direct(np.fft.fftshift)
ifftshift: Final[Shift] = direct(np.fft.ifftshift)

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
