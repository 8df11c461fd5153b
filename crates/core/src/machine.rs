//! The automaton: five states, the edges between them, nothing else.
//!
//! It has no clock, no network and no failure: every edge is a total function, named after the event
//! that takes it. [`Session`](crate::Session) does the I/O, decides which event happened, and can change
//! state only by taking an edge. The macro proves that no state is unreachable and none is a dead end;
//! `to`, the one function that builds another state, is private to this module.

#[typestate::typestate]
pub(crate) mod automaton {
    use crate::{Code, issued::Issued, login::Login};
    use std::time::SystemTime;

    /// A grant on its way through its states.
    #[automaton]
    #[derive(Debug)]
    pub struct Machine;

    /// Nothing is granted: the one-time values of the login to come.
    #[state]
    #[derive(Debug)]
    pub struct Unauthorized {
        login: Login,
    }

    /// The customer said yes: the code, good for one exchange within minutes.
    #[state]
    #[derive(Debug)]
    pub struct CodeReceived {
        login: Login,
        code: Code,
        at: SystemTime,
    }

    /// The provider issued a token that was good when last looked at.
    #[state]
    #[derive(Debug)]
    pub struct Authorized {
        issued: Issued,
    }

    /// The token's life is over, or somebody said so. It is kept until it is replaced.
    #[state]
    #[derive(Debug)]
    pub struct Expired {
        issued: Issued,
    }

    /// A refresh was sent and no answer came: whether the refresh token is spent, nobody knows.
    #[state]
    #[derive(Debug)]
    pub struct Uncertain {
        issued: Issued,
    }

    pub(crate) trait Unauthorized {
        fn begin(login: Login) -> Unauthorized;
        fn code_arrived(self, code: Code, at: SystemTime) -> CodeReceived;
        fn denied(self, next: Login) -> Unauthorized;
        fn granted(self, issued: Issued) -> Authorized;
        fn put_aside(self) -> Login;
    }

    pub(crate) trait CodeReceived {
        fn exchanged(self, issued: Issued) -> Authorized;
        fn code_refused(self, next: Login) -> Unauthorized;
    }

    pub(crate) trait Authorized {
        fn wake_live(issued: Issued) -> Authorized;
        fn lapsed(self) -> Expired;
        fn ended(self, next: Login) -> Unauthorized;
        fn begun_anew(self, next: Login) -> Unauthorized;
        fn put_to_rest(self) -> Issued;
    }

    pub(crate) trait Expired {
        fn refreshed(self, issued: Issued) -> Authorized;
        fn obtained(self, issued: Issued) -> Authorized;
        fn refresh_refused(self, next: Login) -> Unauthorized;
        fn begun_anew(self, next: Login) -> Unauthorized;
        fn answer_lost(self) -> Uncertain;
        fn put_to_rest_lapsed(self) -> Issued;
    }

    pub(crate) trait Uncertain {
        fn wake_unknown(issued: Issued) -> Uncertain;
        fn replayed(self, issued: Issued) -> Authorized;
        fn replay_refused(self, next: Login) -> Unauthorized;
        fn begun_anew(self, next: Login) -> Unauthorized;
        fn put_to_rest_unknown(self) -> Issued;
    }

    impl<S: MachineState> Machine<S> {
        /// The only way to another state.
        fn to<N: MachineState>(state: N) -> Machine<N> {
            Machine { state }
        }
    }

    impl UnauthorizedState for Machine<Unauthorized> {
        fn begin(login: Login) -> Self {
            Self::to(Unauthorized { login })
        }
        fn code_arrived(self, code: Code, at: SystemTime) -> Machine<CodeReceived> {
            Self::to(CodeReceived { login: self.state.login, code, at })
        }
        fn denied(self, next: Login) -> Self {
            Self::to(Unauthorized { login: next })
        }
        fn granted(self, issued: Issued) -> Machine<Authorized> {
            Self::to(Authorized { issued })
        }
        fn put_aside(self) -> Login {
            self.state.login
        }
    }

    impl CodeReceivedState for Machine<CodeReceived> {
        fn exchanged(self, issued: Issued) -> Machine<Authorized> {
            Self::to(Authorized { issued })
        }
        fn code_refused(self, next: Login) -> Machine<Unauthorized> {
            Self::to(Unauthorized { login: next })
        }
    }

    impl AuthorizedState for Machine<Authorized> {
        fn wake_live(issued: Issued) -> Self {
            Self::to(Authorized { issued })
        }
        fn lapsed(self) -> Machine<Expired> {
            Self::to(Expired { issued: self.state.issued })
        }
        fn ended(self, next: Login) -> Machine<Unauthorized> {
            Self::to(Unauthorized { login: next })
        }
        fn begun_anew(self, next: Login) -> Machine<Unauthorized> {
            Self::to(Unauthorized { login: next })
        }
        fn put_to_rest(self) -> Issued {
            self.state.issued
        }
    }

    impl ExpiredState for Machine<Expired> {
        fn refreshed(self, issued: Issued) -> Machine<Authorized> {
            Self::to(Authorized { issued })
        }
        fn obtained(self, issued: Issued) -> Machine<Authorized> {
            Self::to(Authorized { issued })
        }
        fn refresh_refused(self, next: Login) -> Machine<Unauthorized> {
            Self::to(Unauthorized { login: next })
        }
        fn begun_anew(self, next: Login) -> Machine<Unauthorized> {
            Self::to(Unauthorized { login: next })
        }
        fn answer_lost(self) -> Machine<Uncertain> {
            Self::to(Uncertain { issued: self.state.issued })
        }
        fn put_to_rest_lapsed(self) -> Issued {
            self.state.issued
        }
    }

    impl UncertainState for Machine<Uncertain> {
        fn wake_unknown(issued: Issued) -> Self {
            Self::to(Uncertain { issued })
        }
        fn replayed(self, issued: Issued) -> Machine<Authorized> {
            Self::to(Authorized { issued })
        }
        fn replay_refused(self, next: Login) -> Machine<Unauthorized> {
            Self::to(Unauthorized { login: next })
        }
        fn begun_anew(self, next: Login) -> Machine<Unauthorized> {
            Self::to(Unauthorized { login: next })
        }
        fn put_to_rest_unknown(self) -> Issued {
            self.state.issued
        }
    }

    impl Machine<Unauthorized> {
        pub(crate) fn login(&self) -> &Login {
            &self.state.login
        }
    }

    impl Machine<CodeReceived> {
        pub(crate) fn login(&self) -> &Login {
            &self.state.login
        }
        pub(crate) fn code(&self) -> &Code {
            &self.state.code
        }
        pub(crate) fn received_at(&self) -> SystemTime {
            self.state.at
        }
    }

    impl Machine<Authorized> {
        pub(crate) fn issued(&self) -> &Issued {
            &self.state.issued
        }
    }

    impl Machine<Expired> {
        pub(crate) fn issued(&self) -> &Issued {
            &self.state.issued
        }
    }

    impl Machine<Uncertain> {
        pub(crate) fn issued(&self) -> &Issued {
            &self.state.issued
        }
    }
}

use crate::sealed::Sealed;

pub use automaton::{Authorized, CodeReceived, Expired, Unauthorized, Uncertain};
pub(crate) use automaton::{
    AuthorizedState, CodeReceivedState, ExpiredState, Machine, UnauthorizedState, UncertainState,
};

/// A state of a session. There are five, and no other type can be one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a state of a session",
    note = "the states are `Unauthorized`, `CodeReceived`, `Authorized`, `Expired` and `Uncertain`"
)]
pub trait State: automaton::MachineState + Sealed + std::fmt::Debug + Send + Sync + 'static {}

macro_rules! states {
    ($($state:ty)*) => {$(
        impl Sealed for $state {}
        impl State for $state {}
    )*};
}

states! { Unauthorized CodeReceived Authorized Expired Uncertain }
