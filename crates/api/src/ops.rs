//! Running the server: health, and the API's own description.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::operation::{Nothing, Operation, Reads, Spec};
use crate::wire_enum::{OpenEnum, wire_enum};

wire_enum! {
    /// Whether a component works.
    pub enum HealthStatus {
        /// It works.
        Up = "UP",
        /// It does without something that it was given, by stricter rules.
        Degraded = "DEGRADED",
        /// It does not.
        Down = "DOWN",
        /// It was switched off by the configuration.
        Off = "OFF",
    }
}

/// Health of the server and of its components.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HealthView {
    /// DOWN where a component is, else DEGRADED where one is, UP otherwise.
    pub status: OpenEnum<HealthStatus>,
    /// By name.
    pub components: BTreeMap<String, OpenEnum<HealthStatus>>,
}

/// Tells whether the server works; 503 where it does not.
#[derive(Debug)]
pub struct GetHealth;

impl Operation for GetHealth {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = HealthView;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        summary: "Tells whether the server and its components work; 503 where one does not.",
        ..Spec::read("ops.health", "/actuator/health")
    };
}

/// An OpenAPI document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct OpenApiDocument(pub serde_json::Map<String, serde_json::Value>);

/// Describes the API.
#[derive(Debug)]
pub struct GetOpenApi;

impl Operation for GetOpenApi {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = OpenApiDocument;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        summary: "Describes this API as an OpenAPI 3.1 document.",
        ..Spec::read("ops.openapi", "/api/v1/openapi.json")
    };
}
