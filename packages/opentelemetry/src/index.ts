/**
 * OpenTelemetry for entrada: metrics and spans of its credentials.
 * @module
 */

export { type AttributeDefinition, attributes, type MetricDefinition, type MetricName, metrics } from './definitions.ts'
export { type Instrumentation, type InstrumentOptions, instrument, type Watched } from './instrument.ts'
