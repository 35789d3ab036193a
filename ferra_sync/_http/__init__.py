"""HTTP without a framework: problem documents, bodies, entity tags, resources and their OpenAPI document.

A framework's integration reads a request into an `Asked`, and makes its own response of a `Reply`. Nothing here knows
of sockets, of a framework, or of what a request is bound to.
"""
