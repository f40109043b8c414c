"""A model of what many people cost: measured unit costs, queues, and classes placed on nodes. See docs/scaling.md."""
