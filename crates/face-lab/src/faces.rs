//! Pictures as the input of a network in training or under test, and what it answers for many of them.

use burn::tensor::{Device, Tensor, TensorData};
use face_data::{Applied, Augmentation, CropView, DataRng, Placement};
use face_packs::{Colour, Layout, PixelSpec};
use face_pipeline::input;
use face_vision::RgbImage;

/// Pictures of a forward pass.
const BATCH: usize = 64;

/// RGB planes, `(x - 127.5) / 128`.
pub const SIGNED_UNIT: PixelSpec = PixelSpec {
    layout: Layout::Nchw,
    colour: Colour::Rgb,
    mean: [127.5; 3],
    scale: [1.0 / 128.0; 3],
};

/// Square pictures of one batch, in planes, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Pictures {
    side: usize,
    spec: PixelSpec,
    values: Vec<f32>,
    /// A picture on its way in.
    picture: RgbImage,
}

impl Pictures {
    /// None yet, of `side` pixels and in the pixel form of `spec`, whose layout does not count: networks in training take
    /// planes.
    #[must_use]
    pub fn new(side: u32, spec: &PixelSpec) -> Self {
        Self {
            side: side as usize,
            spec: PixelSpec {
                layout: Layout::Nchw,
                ..*spec
            },
            values: Vec::new(),
            picture: RgbImage::new(side, side),
        }
    }

    /// Adds the crop, placed.
    pub fn add(&mut self, crop: CropView<'_>, placement: &Placement) {
        placement.warp(crop, &mut self.picture);
        self.take_in();
    }

    /// Adds the crop, placed and changed; what has been done to it.
    pub fn add_changed(
        &mut self,
        crop: CropView<'_>,
        placement: &Placement,
        augmentation: &Augmentation,
        rng: &mut DataRng,
    ) -> Applied {
        let applied = augmentation.apply(rng, crop, placement, &mut self.picture);
        self.take_in();
        applied
    }

    fn take_in(&mut self) {
        let from = self.values.len();
        self.values.resize(from + self.picture.len(), 0.0);
        input::write(&self.picture, &self.spec, &mut self.values[from..]);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.picture.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The pictures as a network takes them: `[n, 3, side, side]`.
    #[must_use]
    pub fn into_tensor(self, device: &Device) -> Tensor<4> {
        let shape = [self.len(), 3, self.side, self.side];
        Tensor::from_data(TensorData::new(self.values, shape), device)
    }
}

/// What `forward` answers for many pictures, `[n, d]` in rows, and d; `add` puts a picture into a batch.
pub(crate) fn answers<T: Copy>(
    pictures: &[T],
    empty: &Pictures,
    mut add: impl FnMut(T, &mut Pictures),
    forward: impl Fn(Tensor<4>) -> Tensor<2>,
    device: &Device,
) -> (Vec<f32>, usize) {
    let (mut rows, mut length) = (Vec::new(), 0);
    for part in pictures.chunks(BATCH) {
        let mut batch = empty.clone();
        for &picture in part {
            add(picture, &mut batch);
        }
        let answer = forward(batch.into_tensor(device));
        [_, length] = answer.dims();
        let values = answer.into_data();
        let values: Vec<f32> = values
            .try_into_vec()
            .expect("answers are floats of 32 bits");
        rows.extend(values);
    }
    (rows, length)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn pictures_become_planes_in_the_order_of_their_colours() {
        // Red 1, green 2, blue 3 everywhere, and the same ten brighter.
        let spec = PixelSpec {
            layout: Layout::Nhwc,
            colour: Colour::Bgr,
            mean: [1.0, 0.0, 0.0],
            scale: [1.0, 1.0, 10.0],
        };
        let placement = Placement::middle_square(2, 2, 2);
        let mut pictures = Pictures::new(2, &spec);
        for more in [0, 10] {
            let picture = RgbImage::from_pixel(2, 2, [1 + more, 2 + more, 3 + more].into());
            let view = CropView::of(&picture).unwrap();
            pictures.add(view, &placement);
        }
        assert_eq!(pictures.len(), 2);
        let tensor = pictures.into_tensor(&Device::flex());
        assert_eq!(tensor.dims(), [2, 3, 2, 2]);
        let values: Vec<f32> = tensor.into_data().try_into_vec().unwrap();
        let expected = [2.0, 2.0, 10.0, 12.0, 12.0, 110.0].map(|value| [value; 4]);
        assert_eq!(values, expected.as_flattened());
    }

    #[test]
    fn answers_come_in_the_order_of_the_pictures() {
        let pixels: Vec<RgbImage> = (0..70)
            .map(|value| RgbImage::from_pixel(1, 1, [value; 3].into()))
            .collect();
        let all: Vec<usize> = (0..70).collect();
        let raw = PixelSpec {
            mean: [0.0; 3],
            scale: [1.0; 3],
            ..SIGNED_UNIT
        };
        let placement = Placement::middle_square(1, 1, 1);
        let (rows, length) = answers(
            &all,
            &Pictures::new(1, &raw),
            |at, batch| batch.add(CropView::of(&pixels[at]).unwrap(), &placement),
            |x| x.flatten::<2>(1, 3).narrow(1, 0, 2),
            &Device::flex(),
        );
        assert_eq!((rows.len(), length), (140, 2));
        let found: Vec<usize> = rows.iter().map(|&value| value as usize).collect();
        assert_eq!(found, (0..140).map(|at| at / 2).collect::<Vec<_>>());
    }
}
