//! The contract that every store passes: one suite, run against each adapter.
//!
//! An adapter's tests say how to come by an empty store and call [`store_contract!`](crate::store_contract); each
//! function here then is one test there. Behind the feature `contract`, so that production builds do not carry it.

mod history;
mod lasting;
mod lists;
mod marks;
mod people;
mod samples;
mod values;

use std::sync::Arc;

use async_trait::async_trait;

pub use history::*;
pub use lasting::*;
pub use lists::*;
pub use marks::*;
pub use people::*;
pub use samples::*;

use crate::Store;

/// A store under test, empty when the test begins.
#[async_trait]
pub trait StoreUnderTest: Send + Sync {
    /// Opens the store; later calls, made when the handle before is dropped, find what it holds.
    async fn open(&self) -> Arc<dyn Store>;

    /// Removes what the test left on a server; a store in a folder of its own need not.
    async fn clean(&self) {}
}

/// Makes a test of each function of the contract, or of those named.
///
/// The argument names an `async fn() -> Option<impl StoreUnderTest>`; `None` skips the test, after saying so.
#[macro_export]
macro_rules! store_contract {
    ($open:path) => {
        $crate::store_contract!($open;
            a_person_is_read_back_as_stored,
            a_missing_person_is_absent_and_cannot_be_changed,
            a_taken_id_is_refused_and_the_first_person_stays,
            two_creates_of_one_id_at_once_let_one_win,
            a_patch_changes_only_the_names_given,
            a_deleted_person_is_in_no_answer,
            an_id_can_be_used_again_after_its_removal,
            a_removal_and_a_creation_at_once_leave_one_truth,
            names_of_every_script_survive,
            the_smallest_and_the_largest_id_are_people_too,
            templates_survive_bit_for_bit,
            samples_keep_their_order_quality_and_time,
            a_person_may_have_no_sample,
            a_sample_is_removed_once_and_removing_it_again_changes_nothing,
            concurrent_additions_of_samples_are_all_kept,
            concurrent_changes_of_different_kinds_are_all_kept,
            lists_are_sorted_and_pages_do_not_overlap,
            a_list_goes_on_after_an_id,
            a_page_of_thousands_is_whole,
            search_ignores_case_and_treats_regex_signs_as_text,
            search_finds_a_name_a_surname_and_both_joined,
            a_count_counts_what_a_list_lists,
            changes_since_returns_every_change_once_and_in_order,
            a_person_changed_twice_appears_once_as_now,
            a_deleted_person_leaves_a_tombstone_in_the_history,
            a_refused_change_leaves_no_trace_in_the_history,
            each_change_of_a_person_has_a_higher_revision,
            a_follower_that_reads_while_others_write_misses_nothing,
            a_mark_is_taken_once,
            one_of_many_at_once_takes_a_mark,
            a_mark_is_free_again_when_its_time_is_over,
            marks_outlive_the_process_and_are_no_people,
            reopening_keeps_everything,
            the_history_goes_on_after_reopening,
            a_store_that_works_gives_a_sign_of_life,
        );
    };
    ($open:path; $($name:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let Some(subject) = $open().await else { return };
            $crate::contract::$name(&subject).await;
            $crate::contract::StoreUnderTest::clean(&subject).await;
        }
    )+};
}
