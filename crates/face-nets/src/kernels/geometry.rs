//! The sizes of a convolution, and how it is cut into matrix products.

/// Columns of a matrix product: enough to pay for packing the weights, few enough for the cache.
const COLUMNS: usize = 512;

/// Parts of a batch whose weight gradients are summed apart: a fixed number, so that sums do not depend on the threads.
const LANES: usize = 16;

/// A square convolution over a batch; all lengths in values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Geometry {
    pub(super) batch: usize,
    pub(super) channels_in: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels_out: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
}

impl Geometry {
    pub(super) const fn out_height(&self) -> usize {
        (self.height + 2 * self.padding - self.kernel) / self.stride + 1
    }

    pub(super) const fn out_width(&self) -> usize {
        (self.width + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Values of an input image.
    pub(super) const fn image_in(&self) -> usize {
        self.channels_in * self.height * self.width
    }

    /// Values of an output plane.
    pub(super) const fn plane_out(&self) -> usize {
        self.out_height() * self.out_width()
    }

    /// Values of an output image.
    pub(super) const fn image_out(&self) -> usize {
        self.channels_out * self.plane_out()
    }

    /// Values that one output value is a sum over.
    pub(super) const fn depth(&self) -> usize {
        self.channels_in * self.kernel * self.kernel
    }

    /// Images that share a matrix product: several where they are small.
    pub(super) fn group(&self) -> usize {
        let fitting = COLUMNS.div_ceil(self.plane_out().max(1));
        fitting.min(self.batch.div_ceil(2)).max(1)
    }

    /// Images whose weight gradients are summed together: whole groups.
    pub(super) fn lane(&self) -> usize {
        self.batch.div_ceil(LANES).next_multiple_of(self.group())
    }

    /// Output rows of one matrix product over a group of `images`: all of several images, a part of a large one.
    pub(super) fn rows_at_once(&self, images: usize) -> usize {
        if images > 1 {
            images * self.out_height()
        } else {
            COLUMNS
                .div_ceil(self.out_width())
                .clamp(1, self.out_height())
        }
    }

    /// The output columns that see the input at the kernel's column `kx`: the others fall on the padding.
    pub(super) fn seen(&self, kx: usize) -> std::ops::Range<usize> {
        let first = self.padding.saturating_sub(kx).div_ceil(self.stride);
        let end = (self.width + self.padding)
            .saturating_sub(kx)
            .div_ceil(self.stride);
        let end = end.min(self.out_width());
        first.min(end)..end
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const CONVOLUTION: Geometry = Geometry {
        batch: 64,
        channels_in: 8,
        height: 16,
        width: 16,
        channels_out: 8,
        kernel: 3,
        stride: 1,
        padding: 1,
    };

    #[rstest]
    #[case(1, 0, 1..16)]
    #[case(1, 1, 0..16)]
    #[case(1, 2, 0..15)]
    #[case(2, 0, 1..8)]
    #[case(2, 2, 0..8)]
    fn padding_is_seen_at_the_border_alone(
        #[case] stride: usize,
        #[case] kx: usize,
        #[case] expected: std::ops::Range<usize>,
    ) {
        let geometry = Geometry {
            stride,
            ..CONVOLUTION
        };
        assert_eq!(geometry.seen(kx), expected);
    }

    #[test]
    fn small_images_share_a_product_and_large_ones_are_cut() {
        assert_eq!((CONVOLUTION.group(), CONVOLUTION.lane()), (2, 4));
        let large = Geometry {
            height: 64,
            width: 64,
            ..CONVOLUTION
        };
        assert_eq!((large.group(), large.rows_at_once(1)), (1, 8));
    }
}
