//! The sizes of a convolution, and how it is cut into matrix products.

/// Output places of a matrix product: enough to pay for packing the weights, few enough for the cache.
const PLACES: usize = 512;

/// Parts of a batch whose weight gradients are summed apart: a fixed number, so that sums do not depend on the threads.
const LANES: usize = 16;

/// Output places that a part has at least: with fewer, adding up the parts costs more than making them side by side saves.
const LANE_PLACES: usize = 256;

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

    /// Images whose weight gradients are summed together: whole groups of them.
    pub(super) fn lane(&self, group: usize) -> usize {
        let least = LANE_PLACES.div_ceil(self.plane_out().max(1));
        let lane = self.batch.div_ceil(LANES).max(least).min(self.batch);
        lane.max(1).next_multiple_of(group)
    }

    /// Output rows, of one image or of several, of one matrix product.
    pub(super) fn rows_at_once(&self) -> usize {
        PLACES.div_ceil(self.out_width())
    }

    /// Whether the values under the kernel are the input as it lies.
    pub(super) const fn is_pointwise(&self) -> bool {
        self.kernel == 1 && self.stride == 1 && self.padding == 0
    }

    /// Where the kernel's line at the output column `x` begins in a row of the input, and which of its places lie on it.
    pub(super) fn line(&self, x: usize) -> (usize, std::ops::Range<usize>) {
        let before = self.padding.saturating_sub(x * self.stride);
        let start = (x * self.stride).saturating_sub(self.padding);
        let end = (self.width + self.padding).saturating_sub(x * self.stride);
        (
            start,
            before.min(self.kernel)..end.clamp(before, self.kernel),
        )
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
    #[case(1, 0, 0, 1..3)]
    #[case(1, 1, 0, 0..3)]
    #[case(1, 15, 14, 0..2)]
    #[case(2, 0, 0, 1..3)]
    #[case(2, 7, 13, 0..3)]
    fn padding_is_seen_at_the_border_alone(
        #[case] stride: usize,
        #[case] x: usize,
        #[case] start: usize,
        #[case] places: std::ops::Range<usize>,
    ) {
        let geometry = Geometry {
            stride,
            ..CONVOLUTION
        };
        assert_eq!(geometry.line(x), (start, places));
    }

    #[test]
    fn products_and_lanes_have_enough_places() {
        assert_eq!((CONVOLUTION.rows_at_once(), CONVOLUTION.lane(1)), (32, 4));
        assert_eq!(CONVOLUTION.lane(3), 6);
        let small = Geometry {
            height: 4,
            width: 4,
            ..CONVOLUTION
        };
        assert_eq!((small.rows_at_once(), small.lane(1)), (128, 16));
    }
}
