# One image for every process: the command says which one runs (services/NAME/src/main.ts, agent/src/main.ts).
# TypeScript runs as it is; there is nothing to build besides node_modules.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /homeport
COPY . .
# Without optional packages: the pinned Node that they bring is the one of this image, and the rest is for
# connections to Docker over SSH.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
      --workspace services/state --workspace services/scheduler --workspace services/gateway \
      --workspace services/api --workspace services/control-plane --workspace agent

FROM ${NODE_IMAGE}
WORKDIR /homeport
COPY --from=dependencies /homeport/package.json ./
COPY --from=dependencies /homeport/node_modules node_modules
COPY --from=dependencies /homeport/packages packages
COPY --from=dependencies /homeport/services services
COPY --from=dependencies /homeport/agent agent
# A volume that is mounted over an empty folder takes over its owner.
RUN mkdir -p /var/lib/homeport /var/lib/homeport-join && chown node:node /var/lib/homeport /var/lib/homeport-join
ENV NODE_ENV=production
USER node
ENTRYPOINT ["node"]
CMD ["services/control-plane/src/main.ts"]
