"""The service's own interface: ask the model. Errors have the four parts, whatever refuses."""

from http import HTTPStatus
from typing import Annotated, Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from trading_signal import SERVICE, VERSION
from trading_signal.features import FEATURES
from trading_signal.metrics import Metrics
from trading_signal.model import Model
from trading_signal.problems import Problem

Share = Annotated[float, Field(ge=-1, le=1, strict=True, allow_inf_nan=False)]
Bps = Annotated[float, Field(ge=-1e6, le=1e6, strict=True, allow_inf_nan=False)]


class Features(BaseModel):
    """One evaluation's features; names and units as in trading_signal/features.py."""

    model_config = ConfigDict(extra="forbid")

    imbalance: Share
    micro_bps: Bps
    return_1s_bps: Bps
    return_10s_bps: Bps
    flow_1s: Share
    flow_10s: Share


class PredictRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    features: Features


class Prediction(BaseModel):
    score: int = Field(ge=-1_000_000, le=1_000_000, description="Parts per million")
    model: str = Field(pattern=r"^[0-9a-f]{12}$")


class ModelCard(BaseModel):
    sha256: str
    model: str
    features: list[str]
    trained: dict[str, Any]


class Refusal(BaseModel):
    class Reason(BaseModel):
        what: str
        given: str
        allowed: str
        remedy: str

    errors: list[Reason]


def create(model: Model, metrics: Metrics) -> FastAPI:
    app = FastAPI(title=SERVICE, version=VERSION, docs_url=None, redoc_url=None)
    app.add_exception_handler(RequestValidationError, _refuse_body)
    app.add_exception_handler(HTTPException, _refuse_request)

    @app.post("/predict", responses={422: {"model": Refusal}, 413: {"model": Refusal}})
    async def predict(request: PredictRequest) -> Prediction:
        vector = [getattr(request.features, name) for name in FEATURES]
        metrics.predictions.inc()
        return Prediction(score=model.score(vector), model=model.short_hash)

    @app.get("/model")
    async def card() -> ModelCard:
        return ModelCard(
            sha256=model.sha256,
            model=model.short_hash,
            features=list(FEATURES),
            trained=model.trained,
        )

    return app


def refusal(status: int, problems: list[Problem]) -> JSONResponse:
    return JSONResponse({"errors": [problem.as_dict() for problem in problems]}, status)


async def _refuse_body(_: Request, error: Exception) -> JSONResponse:
    problems = [
        Problem(
            what=f"{'.'.join(str(part) for part in fault['loc'])} can't be used",
            given=repr(fault.get("input"))[:100],
            allowed=fault["msg"],
            remedy="send the body that /openapi.json describes",
        )
        for fault in cast(RequestValidationError, error).errors()
    ]
    return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, problems)


async def _refuse_request(request: Request, error: Exception) -> JSONResponse:
    cause = cast(HTTPException, error)
    problem = Problem(
        what=str(cause.detail or HTTPStatus(cause.status_code).phrase).lower(),
        given=f"{request.method} {request.url.path}"[:200],
        allowed="POST /predict with JSON in UTF-8, GET /model, GET /openapi.json",
        remedy="use one of these",
    )
    response = refusal(cause.status_code, [problem])
    response.headers.update(cause.headers or {})
    return response
