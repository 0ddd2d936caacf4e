"""Swagger 2.0 becomes the OpenAPI 3.1 that says the same, and drifts from it in nothing."""

from __future__ import annotations

import random
from typing import Any

import pytest

from diglot.core.tree import walk
from diglot.core.yaml import dump, load
from diglot.drift import drift_versions
from diglot.normalize import canonical, normalize
from diglot.normalize.swagger import is_swagger, upgrade
from diglot.read import read_bytes

OLD = """swagger: '2.0'
info: {title: Zoo, version: '1'}
host: zoo.example
basePath: /v1
schemes: [https]
securityDefinitions:
  key: {type: apiKey, in: header, name: X-Key}
  basic: {type: basic, description: b}
  code: {type: oauth2, flow: accessCode, authorizationUrl: 'https://a', tokenUrl: 'https://t', scopes: {read: r}}
security: [{key: []}]
parameters:
  Page: {name: page, in: query, type: integer, minimum: 1, default: 1}
  Animal: {name: animal, in: body, required: true, schema: {$ref: '#/definitions/Animal'}}
responses:
  Gone: {description: gone, schema: {$ref: '#/definitions/Problem'}}
paths:
  /animals/{id}:
    parameters:
    - {name: id, in: path, required: true, type: string, format: uuid}
    get:
      operationId: getAnimal
      parameters:
      - $ref: '#/parameters/Page'
      - {name: tags, in: query, type: array, items: {type: string}, collectionFormat: multi}
      - {name: ids, in: query, type: array, items: {type: string}}
      responses:
        200:
          description: ok
          schema: {$ref: '#/definitions/Animal'}
          headers: {X-Left: {type: integer, description: left}}
          examples: {application/json: {name: Bo}}
        404: {$ref: '#/responses/Gone'}
    put:
      operationId: putAnimal
      parameters: [{$ref: '#/parameters/Animal'}]
      responses: {204: {description: done}}
    post:
      operationId: sendPicture
      consumes: [multipart/form-data]
      parameters:
      - {name: picture, in: formData, type: file, required: true, description: the picture}
      - {name: note, in: formData, type: string}
      responses: {204: {description: done}}
definitions:
  Animal:
    type: object
    discriminator: kind
    required: [kind]
    properties:
      kind: {type: string}
      name: {type: string, x-nullable: true}
      parent: {$ref: '#/definitions/Animal'}
  Problem: {type: object, properties: {code: {type: string}}}
"""
NEW = """openapi: 3.0.4
info: {title: Zoo, version: '1'}
servers: [{url: 'https://zoo.example/v1'}]
security: [{key: []}]
paths:
  /animals/{id}:
    parameters:
    - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
    get:
      operationId: getAnimal
      parameters:
      - $ref: '#/components/parameters/Page'
      - {name: tags, in: query, style: form, explode: true, schema: {type: array, items: {type: string}}}
      - {name: ids, in: query, style: form, explode: false, schema: {type: array, items: {type: string}}}
      responses:
        200:
          description: ok
          headers: {X-Left: {schema: {type: integer}, description: left}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Animal'}, example: {name: Bo}}}
        404: {$ref: '#/components/responses/Gone'}
    put:
      operationId: putAnimal
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Animal'}}}
      responses: {204: {description: done}}
    post:
      operationId: sendPicture
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [picture]
              properties:
                picture: {type: string, format: binary, description: the picture}
                note: {type: string}
      responses: {204: {description: done}}
components:
  parameters:
    Page: {name: page, in: query, schema: {type: integer, minimum: 1, default: 1}}
  responses:
    Gone: {description: gone, content: {application/json: {schema: {$ref: '#/components/schemas/Problem'}}}}
  schemas:
    Animal:
      type: object
      discriminator: {propertyName: kind}
      required: [kind]
      properties:
        kind: {type: string}
        name: {type: string, nullable: true}
        parent: {$ref: '#/components/schemas/Animal'}
    Problem: {type: object, properties: {code: {type: string}}}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    basic: {type: http, scheme: basic, description: b}
    code:
      type: oauth2
      flows:
        authorizationCode: {authorizationUrl: 'https://a', tokenUrl: 'https://t', scopes: {read: r}}
"""


def contract(text: str) -> Any:
    return normalize(read_bytes("en/zoo.yaml", text.encode()), ["en"]).contract.document


def test_the_contract_is_that_of_the_same_document_in_openapi_3() -> None:
    assert contract(OLD) == contract(NEW)


def test_the_two_do_not_drift() -> None:
    old, new = ([canonical(item) for item in read_bytes("zoo.yaml", text.encode())] for text in (OLD, NEW))
    assert drift_versions(old, new) == ()


def test_marks_are_those_of_the_page() -> None:
    lines = OLD.splitlines()
    upgraded = upgrade(load(OLD).value)
    marked = {pointer: mark for pointer, _, mark in walk(upgraded) if mark}
    assert lines[
        marked["/paths/~1animals~1{id}/get/responses/200/content/application~1json/schema"].line - 1
    ].strip() == ("schema: {$ref: '#/definitions/Animal'}")
    assert all(1 <= mark.line <= len(lines) for mark in marked.values())


@pytest.mark.parametrize("seed", range(60))
def test_malformed_documents_are_survived(seed: int) -> None:
    chance = random.Random(seed)
    document = load(OLD).value
    places = [(node, key) for _, node, _ in walk(document) if isinstance(node, dict) for key in node]
    for node, key in chance.sample(places, 5):
        node[key] = chance.choice(
            [None, 1, "x", [], {}, [1], [[]], True, {"$ref": "#/parameters/Nobody"}, {"in": "body"}]
        )
    if is_swagger(document):
        assert upgrade(document)["openapi"] == "3.0.4"
    fragments = read_bytes("zoo.yaml", dump(document).encode())
    assert normalize(fragments, ["en"]).contract.document["openapi"] == "3.1.1"
