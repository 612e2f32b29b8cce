//! Two-dimensional transforms of the tiles of images, on blocks of channels.
#![expect(
    clippy::inline_always,
    reason = "wide registers reach only what is inlined into `vectorise`"
)]

use std::marker::PhantomData;

use super::super::vector::Vectorise;
use super::lines::Line;

/// Side of a tile of the output.
pub(super) const TILE: usize = 4;

/// Side of a tile of frequencies.
pub(super) const SPAN: usize = 6;

/// Channels of a block.
pub(super) const CHANNELS: usize = 16;

/// Beyond every slice.
const OUTSIDE: usize = usize::MAX / 2;

/// Images, `[images, height, width, channels]`, under a grid of tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) images: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
    /// Places by which a window begins before its tile.
    pub(super) before: usize,
}

impl Field {
    pub(super) const fn tiles(&self) -> usize {
        self.images * self.height.div_ceil(TILE) * self.width.div_ceil(TILE)
    }

    /// Where the places of the `N` by `N` window of `tile` begin, in units of which a place has `each`.
    #[inline(always)]
    fn window<const N: usize>(&self, tile: usize, each: usize) -> [[usize; N]; N] {
        let wide = self.width.div_ceil(TILE);
        let (row, column) = (tile / wide, tile % wide);
        let high = self.height.div_ceil(TILE);
        let (image, row) = (row / high, row % high);
        let mut window = [[OUTSIDE; N]; N];
        for (i, line) in window.iter_mut().enumerate() {
            // Before the border this wraps to a number that no height reaches.
            let y = (row * TILE + i).wrapping_sub(self.before);
            if y >= self.height {
                continue;
            }
            for (j, at) in line.iter_mut().enumerate() {
                let x = (column * TILE + j).wrapping_sub(self.before);
                if x < self.width {
                    *at = ((image * self.height + y) * self.width + x) * each;
                }
            }
        }
        window
    }
}

/// A register's worth of channels, at each of the places of a window or of the frequencies.
type Block = [f32; CHANNELS];

/// The frequencies, `[SPAN * SPAN, tiles, channels]`, of windows of `values`; what lies outside is zero.
pub(super) struct Spread<'s, L, const FROM: usize> {
    pub(super) frequencies: &'s mut [f32],
    pub(super) values: &'s [f32],
    pub(super) field: Field,
    pub(super) line: PhantomData<L>,
}

impl<L: Line<FROM, SPAN>, const FROM: usize> Vectorise for Spread<'_, L, FROM> {
    #[inline(always)]
    fn run(self) {
        let (values, _) = self.values.as_chunks::<CHANNELS>();
        let (frequencies, _) = self.frequencies.as_chunks_mut::<CHANNELS>();
        let (tiles, each) = (self.field.tiles(), self.field.channels / CHANNELS);
        let outside: Block = [0.0; CHANNELS];
        for tile in 0..tiles {
            let window = self.field.window::<FROM>(tile, each);
            for block in 0..each {
                let mut half = [[outside; SPAN]; FROM];
                for j in 0..FROM {
                    let mut column = [&outside; FROM];
                    for i in 0..FROM {
                        column[i] = values.get(window[i][j] + block).unwrap_or(&outside);
                    }
                    turn::<L, FROM, SPAN>(&mut half[j], column);
                }
                for f in 0..SPAN {
                    let mut line = [&outside; FROM];
                    for j in 0..FROM {
                        line[j] = &half[j][f];
                    }
                    let mut turned = [outside; SPAN];
                    turn::<L, FROM, SPAN>(&mut turned, line);
                    for e in 0..SPAN {
                        frequencies[((f * SPAN + e) * tiles + tile) * each + block] = turned[e];
                    }
                }
            }
        }
    }
}

/// The way back: windows of `values` from their frequencies, written, or added where `ADDS`; what lies outside is dropped.
pub(super) struct Settle<'s, L, const TO: usize, const ADDS: bool> {
    pub(super) values: &'s mut [f32],
    pub(super) frequencies: &'s [f32],
    pub(super) field: Field,
    pub(super) line: PhantomData<L>,
}

impl<L: Line<SPAN, TO>, const TO: usize, const ADDS: bool> Vectorise for Settle<'_, L, TO, ADDS> {
    #[inline(always)]
    fn run(self) {
        let (values, _) = self.values.as_chunks_mut::<CHANNELS>();
        let (frequencies, _) = self.frequencies.as_chunks::<CHANNELS>();
        let (tiles, each) = (self.field.tiles(), self.field.channels / CHANNELS);
        let nothing: Block = [0.0; CHANNELS];
        for tile in 0..tiles {
            let window = self.field.window::<TO>(tile, each);
            for block in 0..each {
                let mut half = [[nothing; TO]; SPAN];
                for e in 0..SPAN {
                    let mut column = [&nothing; SPAN];
                    for f in 0..SPAN {
                        column[f] = &frequencies[((f * SPAN + e) * tiles + tile) * each + block];
                    }
                    turn::<L, SPAN, TO>(&mut half[e], column);
                }
                for i in 0..TO {
                    let mut line = [&nothing; SPAN];
                    for e in 0..SPAN {
                        line[e] = &half[e][i];
                    }
                    let mut turned = [nothing; TO];
                    turn::<L, SPAN, TO>(&mut turned, line);
                    for j in 0..TO {
                        let Some(value) = values.get_mut(window[i][j] + block) else {
                            continue;
                        };
                        if ADDS {
                            for c in 0..CHANNELS {
                                value[c] += turned[j][c];
                            }
                        } else {
                            *value = turned[j];
                        }
                    }
                }
            }
        }
    }
}

/// A transform of every channel of a block.
#[inline(always)]
fn turn<L: Line<FROM, TO>, const FROM: usize, const TO: usize>(
    to: &mut [Block; TO],
    from: [&Block; FROM],
) {
    for c in 0..CHANNELS {
        let mut line = [0.0; FROM];
        for i in 0..FROM {
            line[i] = from[i][c];
        }
        let turned = L::turn(line);
        for i in 0..TO {
            to[i][c] = turned[i];
        }
    }
}
