export { type NatsSettings, type StateServer, type StateSettings, startState } from './app.ts'
export { readStateSettings } from './config.ts'
