//! What the API has to show: one specimen of each kind.

use serde_json::{Value, json};

use crate::account::Account;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collection {
    Campaigns,
    Contacts,
    FromFields,
}

impl Collection {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "campaigns" => Some(Self::Campaigns),
            "contacts" => Some(Self::Contacts),
            "from-fields" => Some(Self::FromFields),
            _ => None,
        }
    }

    pub(super) const fn item_id(self) -> &'static str {
        match self {
            Self::Campaigns => "V3J",
            Self::Contacts => "pV3r",
            Self::FromFields => "TTzW",
        }
    }

    pub(super) fn item(self, url: &str) -> Value {
        match self {
            Self::Campaigns => json!({
                "campaignId": self.item_id(),
                "name": "my_campaign",
                "description": "my_campaign",
                "techName": "my_campaign",
                "languageCode": "EN",
                "isDefault": "true",
                "createdOn": "2014-02-12T15:19:21+0000",
                "href": format!("{url}/v3/campaigns/V3J"),
            }),
            Self::Contacts => json!({
                "contactId": self.item_id(),
                "name": "John Doe",
                "origin": "import",
                "timeZone": "Europe/Warsaw",
                "activities": format!("{url}/v3/contacts/pV3r/activities"),
                "changedOn": "2017-12-19T13:11:48+0000",
                "createdOn": "2017-03-02T07:30:49+0000",
                "campaign": {
                    "campaignId": "V3J",
                    "href": format!("{url}/v3/campaigns/V3J"),
                    "name": "my_campaign",
                },
                "email": "john.doe@example.com",
                "dayOfCycle": "42",
                "scoring": 8,
                "engagementScore": 3,
                "href": format!("{url}/v3/contacts/pV3r"),
                "note": null,
                "ipAddress": "192.0.2.4",
            }),
            Self::FromFields => json!({
                "fromFieldId": self.item_id(),
                "href": format!("{url}/v3/from-fields/TTzW"),
                "email": "jsmith@example.com",
                "rewrittenEmail": null,
                "name": "John Smith",
                "isActive": "true",
                "isDefault": "true",
                "createdOn": "2017-03-02T07:30:49+0000",
                "domain": {
                    "status": "confirmed",
                    "DKIMWarning": null,
                    "hasDMARCWarning": "false",
                },
            }),
        }
    }
}

/// The account that the token belongs to.
pub(super) fn account(url: &str, account: &Account) -> Value {
    json!({
        "accountId": account.id(),
        "email": account.email,
        "countryCode": { "countryCodeId": "175", "countryCode": "PL" },
        "industryTag": { "industryTagId": "1" },
        "timeZone": { "name": "Europe/Warsaw", "offset": "+01:00" },
        "href": format!("{url}/v3/accounts"),
        "firstName": "John",
        "lastName": "Smith",
        "companyName": "MyBigCompany",
        "phone": "+00155555555",
        "state": "Oklahoma",
        "city": "Alderson",
        "street": "Main Street 1",
        "zipCode": "81-611",
        "numberOfEmployees": "500",
        "timeFormat": "24h",
    })
}
