# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An API server in memory (kmock), in a thread of its own, for the real client library."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import kmock
import yaml
from children import TIMEOUT_S


class _Emulator(kmock.KubernetesEmulator):
    """
    kmock's, with what it leaves out: replacing slices as well.

    Evictions end pods, or are answered by ``eviction_status``; watches end as asked and can be
    told to fail. Versions of resources count up.
    """

    eviction_status = 201
    #: whether ``resource.k8s.io/v1`` is there
    claims_served = True

    async def _handle(self, request: Any) -> Any:
        path = str(request.url.path)
        if path.startswith('/apis/') and not self.claims_served:
            return await self._status(404)
        folder, _, name = path.rpartition('/')
        if folder.endswith('/resourceslices'):
            key = (kmock.resource('resource.k8s.io/v1/resourceslices'), None, name)
            if key not in self._objects or self._objects[key].deleted:
                return await self._status(404, name)
            if request.method == kmock.method.PUT:
                self._objects[key] = request.data
                return await self._status(200, name)
        if folder.endswith('/resourceclaims'):
            claim = self.claims.get(name)
            return await (self._status(404, name) if claim is None else self._said(claim))
        if name == 'resourceslices':
            request.data['metadata']['resourceVersion'] = '1'
        if str(request.url.path).endswith('/eviction') and request.method == kmock.method.POST:
            self.evictions.append((request.namespace, request.name, request.data))
            if self.eviction_status == 201:
                await self.change('DELETED', 'pods', request.namespace, request.name)
            return await self._status(self.eviction_status)
        if request.url.query.get('watch') == 'True' and request.action == kmock.action.LIST:
            # as clients before version 37 write it, and API servers read it
            object.__setattr__(request, 'action', kmock.action.WATCH)
        return await super()._handle(request)

    async def _said(self, item: dict[str, Any]) -> Any:
        import aiohttp.web

        return aiohttp.web.json_response(item)

    async def _status(self, code: int, name: str = '') -> Any:
        import aiohttp.web

        status = {'kind': 'Status', 'code': code, 'message': f'answer {code}, as told'}
        if name:
            status['details'] = {'name': name}
        return aiohttp.web.json_response(status, status=code)

    @property
    def claims(self) -> dict[str, Any]:
        """Return what is answered when one claim is asked for, by its name."""
        return self.__dict__.setdefault('_claims', {})

    @property
    def evictions(self) -> list[Any]:
        """Return what was evicted: namespace, name, body."""
        return self.__dict__.setdefault('_evictions', [])

    async def change(self, kind: str, plural: str, namespace: str | None, name: str) -> None:
        """End an object."""
        resource = kmock.resource(f'v1/{plural}')
        key = (resource, namespace, name)
        raw = self._objects[key].last.raw
        self._objects[key].delete()
        await self._buses[resource].put({'type': kind, 'object': raw})


class FakeApi:
    """
    An API server on a port of its own.

    :param folder: where ``kubeconfig`` is put, with a token
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._port: int | None = None

    def __enter__(self) -> FakeApi:
        self._thread.start()
        self.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TIMEOUT_S)
        self._loop.close()

    def start(self) -> None:
        """Begin, or begin again on the same port with nothing in it."""
        self.run(self._start())
        config = {
            'apiVersion': 'v1',
            'kind': 'Config',
            'current-context': 'c',
            'clusters': [{'name': 'c', 'cluster': {'server': f'http://127.0.0.1:{self._port}'}}],
            'contexts': [{'name': 'c', 'context': {'cluster': 'c', 'user': 'u'}}],
            'users': [{'name': 'u', 'user': {'token': 'secret'}}],
        }
        (self._folder / 'kubeconfig').write_text(yaml.safe_dump(config))

    def stop(self) -> None:
        """End all connections and listen no more."""
        self.run(self._stop())

    async def _start(self) -> None:
        self.emulator = _Emulator()
        await self.emulator.__aenter__()
        self.server = kmock.Server(self.emulator, port=self._port)
        await self.server.__aenter__()
        self._port = self.server.url.port
        kinds = {
            'v1/nodes': 'Node',
            'v1/pods': 'Pod',
            'resource.k8s.io/v1/resourceclaims': 'ResourceClaim',
            'resource.k8s.io/v1/resourceslices': 'ResourceSlice',
        }
        for path, kind in kinds.items():
            plural = path.rpartition('/')[2]
            self.emulator.resources[path] = {
                'namespaced': kind in ('Pod', 'ResourceClaim'),
                'kind': kind,
                'singular': plural[:-1],
                'verbs': ['list', 'watch'],
                'shortnames': [],
                'categories': [],
                'subresources': [],
            }

    async def _stop(self) -> None:
        # watches never end by themselves, and a client may come again while the server closes
        server = self.server._managed_server.runner.server
        closing = asyncio.ensure_future(self.server.__aexit__(None, None, None))
        while not closing.done():
            for connection in list(server.connections):
                connection.force_close()
                if connection.transport is not None:
                    connection.transport.abort()
            await asyncio.wait([closing], timeout=0.05)  # short on purpose
        await closing
        await self.emulator.__aexit__(None, None, None)

    def run(self, work: Any) -> Any:
        """Wait for a coroutine in the server's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def answer(self, where: str, what: Any) -> None:
        """Answer what matches with something else from now on."""

        async def put() -> None:
            self.emulator[where] << what

        self.run(put())

    def put(self, plural: str, item: dict[str, Any]) -> None:
        """Create an object, or replace what is said of it; watches hear of it."""
        meta = item['metadata']
        key = (kmock.resource(f'v1/{plural}'), meta.get('namespace'), meta['name'])
        copy = json.loads(json.dumps(item))

        async def put() -> None:
            new = key not in self.emulator._objects or self.emulator._objects[key].deleted
            self.emulator._objects[key] = copy
            event = {'type': 'ADDED' if new else 'MODIFIED', 'object': copy}
            await self.emulator._buses[key[0]].put(event)

        self.run(put())

    def delete(self, plural: str, item: dict[str, Any]) -> None:
        """End an object; watches hear of it."""
        meta = item['metadata']
        name, namespace = meta['name'], meta.get('namespace')
        self.run(self.emulator.change('DELETED', plural, namespace, name))

    def get(self, plural: str, name: str, namespace: str | None = None) -> dict[str, Any]:
        """Return an object."""
        return self.emulator._objects[(kmock.resource(f'v1/{plural}'), namespace, name)].raw

    def requests(self) -> list[Any]:
        """Return all requests so far."""
        return list(self.emulator)
