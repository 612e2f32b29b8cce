//! Loops compiled for the widest vector registers of the processor at hand.
//!
//! A program is built for the oldest processor it runs on, whose registers hold four values; most hold eight or sixteen.

/// Work whose loops gain by wide registers; its implementation must be `#[inline(always)]`, as must all it calls.
pub(super) trait Vectorise {
    /// Does it.
    fn run(self);
}

/// Does `work` with the widest registers there are.
#[cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "which instructions there are is known at run time; the plain twin is the same code, and a test compares both"
    )
)]
pub(super) fn vectorise(work: impl Vectorise) {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
            // SAFETY: the processor has the instructions, as was just asked.
            return unsafe { sixteen(work) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: as above.
            return unsafe { eight(work) };
        }
    }
    work.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl")]
fn sixteen(work: impl Vectorise) {
    work.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn eight(work: impl Vectorise) {
    work.run();
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Axpy<'s> {
        x: &'s [f32],
        y: &'s mut [f32],
    }

    impl Vectorise for Axpy<'_> {
        #[expect(clippy::inline_always, reason = "see the trait")]
        #[inline(always)]
        fn run(self) {
            for (y, x) in self.y.iter_mut().zip(self.x) {
                *y += x * 1.7;
            }
        }
    }

    #[test]
    fn wide_registers_give_the_bits_of_narrow_ones() {
        let x: Vec<f32> = (0..101).map(|i| (i as f32).sin()).collect();
        let (mut plain, mut wide) = (x.clone(), x.clone());
        Axpy {
            x: &x,
            y: &mut plain,
        }
        .run();
        vectorise(Axpy {
            x: &x,
            y: &mut wide,
        });
        assert_eq!(plain, wide);
    }
}
