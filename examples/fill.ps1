# Opens a form that a person completes, and fetches the finished document. PowerShell 7.
#
#   $env:URL = 'http://127.0.0.1:8000'; $env:CLIENT_ID = '...'; $env:CLIENT_SECRET = '...'
#   ./examples/fill.ps1 DATASOURCE TEMPLATE
#
# The script of the vendor's page has two faults. It sends the answer to `-OutFile $filePath`, a
# variable that is never set, so that the call fails; and with `-OutFile` the answer would go to
# that file and not into $response, so that no session id could be printed. Leave -OutFile out.
param([Parameter(Mandatory)] [string] $Datasource, [Parameter(Mandatory)] [string] $Template)
$ErrorActionPreference = 'Stop'
$connect = "$env:URL/webapi/api/v3/$Datasource/connect"

# 1. A token, good for up to an hour: ask once and keep it.
$token = Invoke-RestMethod "$env:URL/ids/connect/token" -Method Post -Body @{
    grant_type    = 'client_credentials'
    scope         = 'pd_ConnectWebApi'
    client_id     = $env:CLIENT_ID
    client_secret = $env:CLIENT_SECRET
}
$headers = @{ Authorization = "Bearer $($token.access_token)" }

# 2. The session. Forms is shown in the form, Data only fills the document.
$xmlBody = @"
<primedocsConnect>
  <Template Id="$Template" />
  <Forms>
    <Value Key="Subject">From Sample Script</Value>
    <Value Key="Notes">Sample Note</Value>
  </Forms>
  <Data>
    <Value Key="InvoiceNumber">1234</Value>
  </Data>
</primedocsConnect>
"@
$response = Invoke-RestMethod "$connect/session" -Method Post -Headers $headers `
    -ContentType 'application/xml; charset=utf-8' -Body $xmlBody
Write-Output "Connect session id: $($response.sessionId)"

# 3. The link for the person's browser.
Write-Output "Link: $($response.url)"

# 4. The document, once the person has finished: 409 until then.
while ($env:WAIT) {
    $result = Invoke-WebRequest "$connect/session/$($response.sessionId)/Result?conversion=Pdf" `
        -Headers $headers -OutFile connect.pdf -PassThru -SkipHttpErrorCheck
    if ($result.StatusCode -eq 200) { Write-Output 'Saved connect.pdf'; break }
    if ($result.StatusCode -ne 409) { throw "The portal answered $($result.StatusCode)." }
    Start-Sleep -Seconds 1
}
