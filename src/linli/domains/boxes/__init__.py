"""The cloud side of the edge: clusters, boxes, gateways, components, drivers, deployments. Spec C §3-8, D §5.9."""
