"""Discovery documents as Collabora and ONLYOFFICE write them, shortened to a few formats."""

from __future__ import annotations

_COOL = "https://office.example.com/browser/4610ea9b81/cool.html?"
COLLABORA = f"""<?xml version="1.0" encoding="utf-8"?>
<wopi-discovery>
  <net-zone name="external-http">
    <app favIconUrl="https://office.example.com/images/x-office-document.svg" name="writer">
      <action default="true" ext="docx" name="edit" urlsrc="{_COOL}"/>
      <action default="true" ext="odt" name="edit" urlsrc="{_COOL}"/>
      <action ext="ott" name="view" urlsrc="{_COOL}"/>
    </app>
    <app name="calc">
      <action default="true" ext="csv" name="edit" urlsrc="{_COOL}"/>
      <action default="true" ext="XLSX" name="edit" urlsrc="{_COOL}"/>
    </app>
    <app name="draw">
      <action default="true" ext="pdf" name="view_comment" urlsrc="{_COOL}"/>
    </app>
    <app name="application/msword">
      <action default="true" ext="" name="edit" urlsrc="{_COOL}"/>
    </app>
    <app name="Capabilities">
      <action ext="" name="getinfo" urlsrc="https://office.example.com/hosting/capabilities"/>
    </app>
  </net-zone>
</wopi-discovery>
"""

_OO = (
    "https://docs.example.com/8.2.0-123/hosting/wopi/word/{mode}?&amp;&lt;rs=DC_LLCC&amp;&gt;"
    "&lt;dchat=DISABLE_CHAT&amp;&gt;&lt;embed=EMBEDDED&amp;&gt;&lt;fs=FULLSCREEN&amp;&gt;"
    "&lt;hid=HOST_SESSION_ID&amp;&gt;&lt;rec=RECORDING&amp;&gt;&lt;sc=SESSION_CONTEXT&amp;&gt;"
    "&lt;thm=THEME_ID&amp;&gt;&lt;ui=UI_LLCC&amp;&gt;&lt;wopisrc=WOPI_SOURCE&amp;&gt;&amp;"
)
ONLYOFFICE = f"""<?xml version="1.0" encoding="utf-8"?>
<wopi-discovery>
  <net-zone name="external-http">
    <app name="Word" favIconUrl="https://docs.example.com/favicon.ico">
      <action name="view" ext="docx" urlsrc="http://docs.example.com/plain" />
      <action name="view" ext="doc" urlsrc="{_OO.format(mode="view")}" />
      <action name="convert" ext="doc" targetext="docx" requires="update"
        urlsrc="https://docs.example.com/hosting/wopi/convert-and-edit-handler" />
    </app>
  </net-zone>
  <net-zone name="external-https">
    <app name="Word">
      <action name="view" ext="docx" default="true" urlsrc="{_OO.format(mode="view")}" />
      <action name="edit" ext="docx" requires="locks,update"
        urlsrc="{_OO.format(mode="edit")}" />
      <action name="editnew" ext="docx" requires="locks,update"
        urlsrc="{_OO.format(mode="edit")}" />
    </app>
  </net-zone>
  <proof-key value="" modulus="{{modulus}}" exponent="{{exponent}}"
    oldvalue="" oldmodulus="{{oldmodulus}}" oldexponent="{{oldexponent}}" />
</wopi-discovery>
"""
