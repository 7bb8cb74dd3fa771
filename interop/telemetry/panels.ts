import { readFile } from 'node:fs/promises'

/** A panel of the dashboard, with its queries. */
export interface Panel {
  title: string
  unit: string
  queries: readonly { expr: string; legend: string }[]
}

/** The panels of the dashboard in the folder `docs`. `window` takes the place of Grafana's `$__rate_interval`. */
export async function dashboardPanels(docs: URL, window: string): Promise<readonly Panel[]> {
  const text = await readFile(new URL('telemetry/dashboard.json', docs), 'utf8')
  const { panels } = JSON.parse(text) as {
    panels: {
      title: string
      fieldConfig: { defaults: { unit: string } }
      targets: { expr: string; legendFormat: string }[]
    }[]
  }
  return panels.map(({ title, fieldConfig, targets }) => ({
    title,
    unit: fieldConfig.defaults.unit,
    queries: targets.map(({ expr, legendFormat: legend }) => ({
      expr: expr.replaceAll('$__rate_interval', window),
      legend,
    })),
  }))
}

/** The queries of the guide in the folder `docs`. */
export async function guideQueries(docs: URL): Promise<readonly string[]> {
  const text = await readFile(new URL('telemetry.md', docs), 'utf8')
  return [...text.matchAll(/^```promql\n([\s\S]*?)\n```/gm)].map(([, query = '']) => query)
}
