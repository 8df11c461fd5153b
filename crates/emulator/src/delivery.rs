//! How an answer travels.

use std::collections::VecDeque;
use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::Response;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, HeaderValue};
use tokio::time::Sleep;

use crate::fault::Fault;
use crate::reply::Reply;

const PIECES: usize = 16;
const SLOW: Duration = Duration::from_millis(300);
/// Long enough that what was written so far leaves before the connection breaks.
const FLUSH: Duration = Duration::from_millis(1);

/// Sends the reply as the fault lets it.
pub(crate) fn deliver(reply: Reply, fault: Option<Fault>) -> Response<Parcel> {
    let (mut head, body) = reply.into_parts();
    let length = body.len();
    let parcel = match fault {
        Some(Fault::TruncatedBody) => Parcel {
            pieces: VecDeque::from([body.slice(..length / 2)]),
            gap: Some(FLUSH),
            breaks_off: true,
            rest: None,
        },
        Some(Fault::SlowBody) => Parcel { pieces: cut(&body), gap: Some(SLOW), breaks_off: false, rest: None },
        _ => Parcel::whole(body),
    };
    if parcel.gap.is_some() {
        // A body that breaks off has to have promised more, however short it was.
        let promised = length + usize::from(parcel.breaks_off);
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from(promised));
    }
    Response::from_parts(head, parcel)
}

/// Real time passes.
#[expect(clippy::disallowed_methods, reason = "delays are real: they stand for a slow network")]
pub(crate) fn wait(time: Duration) -> Sleep {
    tokio::time::sleep(time)
}

/// A body in pieces.
#[derive(Debug)]
pub(crate) struct Parcel {
    pieces: VecDeque<Bytes>,
    /// How long to rest after each piece.
    gap: Option<Duration>,
    breaks_off: bool,
    rest: Option<Pin<Box<Sleep>>>,
}

impl Parcel {
    fn whole(body: Bytes) -> Self {
        let pieces = if body.is_empty() { None } else { Some(body) };
        Self { pieces: pieces.into_iter().collect(), gap: None, breaks_off: false, rest: None }
    }
}

impl Body for Parcel {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(rest) = &mut self.rest {
            if rest.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.rest = None;
        }
        if let Some(piece) = self.pieces.pop_front() {
            self.rest = self.gap.map(|gap| Box::pin(wait(gap)));
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        if self.breaks_off {
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && self.rest.is_none() && !self.breaks_off
    }

    fn size_hint(&self) -> SizeHint {
        if self.gap.is_some() {
            return SizeHint::default();
        }
        let left = self.pieces.iter().map(|piece| piece.len() as u64).sum();
        SizeHint::with_exact(left)
    }
}

fn cut(body: &Bytes) -> VecDeque<Bytes> {
    let size = body.len().div_ceil(PIECES).max(1);
    body.chunks(size).map(|piece| body.slice_ref(piece)).collect()
}
