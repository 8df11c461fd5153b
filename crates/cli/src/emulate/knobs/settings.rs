//! The settings of the emulator in its own order, with what they do.

/// Settings of one provider; their names follow the prefix.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) prefix: &'static str,
    pub(super) settings: &'static [(&'static str, &'static str)],
}

pub(super) const SECTIONS: [Section; 3] = [
    Section {
        title: "Settings of GetResponse; consent, account, any_client are everybody's",
        prefix: "",
        settings: &GETRESPONSE,
    },
    Section {
        title: "Settings of VerticalResponse, generation 1",
        prefix: "verticalresponse.",
        settings: &VERTICALRESPONSE,
    },
    Section {
        title: "Settings of VerticalResponse, generation 2 (delegated apps)",
        prefix: "delegated.",
        settings: &DELEGATED,
    },
];

const GETRESPONSE: [(&str, &str); 20] = [
    ("access_lifetime", "life of an access token from a code, in seconds"),
    ("refreshed_lifetime", "life of one from a refresh; null: the same"),
    ("client_credentials_lifetime", "life of one from client credentials"),
    ("code_lifetime", "life of an authorization code"),
    ("refresh_lifetime", "life of a refresh token; null: without end"),
    ("rotation", "what a refresh answers as refresh token: strict, lenient (both a new one), same, none"),
    ("errors", "refusals at the token endpoint: rfc6749, envelope"),
    ("envelope_status", "HTTP status of an envelope there that refuses an app or a grant"),
    ("consent", "the consent page: ask, auto, deny"),
    ("redirect_uri", "a redirect URI that is sent: optional, ignored, refused"),
    ("pkce", "a proof key that is sent: ignored, honoured, refused"),
    ("state_returned", "whether the callback carries the state"),
    ("implicit_order", "the implicit grant's fragment: documented, bshaffer"),
    ("implicit_errors_in_fragment", "whether the implicit grant sends errors in the fragment, not the query"),
    ("scope_accepted", "whether a scope may be asked for"),
    ("uuid_present", "whether an envelope has its uuid"),
    ("context_as_list", "whether an envelope's empty context is a list"),
    ("www_authenticate", "whether the API's 401 has WWW-Authenticate"),
    ("account", "address of the account that consents; null: a new one each time"),
    ("any_client", "accept every client id, sent back to loopback only"),
];

const VERTICALRESPONSE: [(&str, &str); 24] = [
    ("code_lifetime", "life of an authorization code, in seconds"),
    ("code_single_use", "whether a code serves only once"),
    ("state_returned", "whether the callback carries the state"),
    ("response_type", "a response_type that is sent: accepted, refused"),
    ("redirect_uri", "redirect URIs that may be named: none (nothing is checked), without_query, exact"),
    ("denial", "how the app learns of a no: error, bare (no word), page (the browser stays)"),
    ("get_exchange", "an exchange by GET: accepted, refused"),
    ("post_exchange", "an exchange by POST: accepted, refused"),
    ("user_id", "the user id of the token reply: string, number, absent, null"),
    ("token_type", "its token type: bearer, Bearer, absent, null"),
    ("extras", "what else it carries: none, nulls, expires_in, expires_in_zero, refresh_token"),
    ("access_lifetime", "life of an access token where extras give it one"),
    ("content_type", "what the reply says it is: json, html, javascript"),
    ("no_store", "whether the reply forbids to be cached"),
    ("exchange_errors", "the shape of a refused exchange: error, status, flat, html"),
    ("exchange_status", "its HTTP status"),
    ("bad_client", "the answer to wrong app credentials: html, flat, inactive"),
    ("api_errors", "the shape of an error of the API: error, status"),
    ("rejection_status", "HTTP status of an API call with a bad token"),
    ("code_as_string", "whether the code of an error is a string"),
    ("mashery_headers", "whether a bad token is answered with the gateway's headers too"),
    ("throttling", "how the fault rate-limit looks: over_qps, over_rate, json"),
    ("next_origin", "the origin of links.next.url; null: the emulator's own"),
    ("retired", "whether the gateway has no such service any more"),
];

const DELEGATED: [(&str, &str); 17] = [
    ("access_lifetime", "life of an access token, in seconds"),
    ("refresh_lifetime", "life of a refresh token; null: without end"),
    ("rotation", "what a refresh answers as refresh token: strict, lenient (both a new one), same, none"),
    ("code_lifetime", "life of an authorization code"),
    ("code_single_use", "whether a code serves only once"),
    ("pkce", "a proof key that is sent: ignored, honoured, refused"),
    ("basic", "app credentials in Authorization: accepted, refused"),
    ("client_credentials", "the grant for the app itself: accepted, refused"),
    ("expires_in", "the life in the token reply: number, string, absent"),
    ("exp", "what an access token claims about its end: honest, past, future, absent"),
    ("invalid_grant", "the refusal of a refresh token: invalid_grant, access_revoked"),
    ("error_description", "whether a refusal at the token endpoint is described"),
    ("invalid_client_status", "HTTP status for wrong app credentials"),
    ("revoke", "the revocation endpoint: ok, not_found, error, drop"),
    ("code_as_string", "whether the code of an error of the API is a string"),
    ("throttling", "how the fault rate-limit looks: over_qps, over_rate, json"),
    ("next_origin", "the origin of links.next.url; null: the emulator's own"),
];
