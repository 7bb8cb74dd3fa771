// An MCP server for the users of a tenant. Its clients find out by themselves where and for what to sign in.
import { accessTokens } from '@entrada/verify'
import { accessToken, callerOf, protectedResource } from '@entrada/verify/mcp'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express from 'express'

const { AZURE_TENANT_ID: tenant = '', AZURE_CLIENT_ID: audience = '' } = process.env
const { AZURE_AUTHORITY_HOST: clouds = 'public', PORT = '3000' } = process.env
const resource = `http://127.0.0.1:${PORT}/mcp`
const verify = accessTokens({ audience, tenants: [tenant], clouds, resource, requiredScopes: ['access_as_user'] })

const app = express().use(protectedResource(verify))
app.post('/mcp', accessToken(verify), express.json(), async (request, response) => {
  const server = new McpServer({ name: 'example', version: '1.0.0' })
  server.registerTool('whoami', { description: 'Says who calls' }, ({ authInfo }) => ({
    content: [{ type: 'text', text: `You are ${callerOf(authInfo).username}` }],
  }))
  const transport = new StreamableHTTPServerTransport({})
  await server.connect(transport)
  await transport.handleRequest(request, response, request.body)
})
app.listen(Number(PORT), '127.0.0.1', () => console.log(`Listening on ${resource}`))
